import { z } from 'zod';

/** What people need to know about one setting; the schema beside it says what values it takes. */
export interface SettingFacts {
  /** One sentence for the settings table. */
  readonly description: string;
  /** Where the value ends up in `PressroomConfig`: `http.port`. */
  readonly path: string;
  readonly unit?: 'ms' | 's' | 'h' | 'd' | 'bytes' | 'pixels';
  /** Its value is never printed, not even in the message that refuses it. */
  readonly secret?: boolean;
  readonly example: string;
  /** What happens without it, where that is not a plain value. */
  readonly absent?: string;
}

export const settingFacts = z.registry<SettingFacts>();

export function setting<Schema extends z.ZodType>(schema: Schema, facts: SettingFacts): Schema {
  settingFacts.add(schema, facts);
  return schema;
}

/** A whole number in plain decimal digits: `1e3`, `0x10` and ` 7 units` are typing errors, not numbers. */
export function wholeNumber(min: number, max: number) {
  return z.string().transform((text, context): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}` });
    return z.NEVER;
  });
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]) {
  return z.string().transform((text, context): Choice => {
    const choice = choices.find((each) => each === text);
    if (choice !== undefined) return choice;
    context.addIssue({ code: 'custom', message: `must be one of ${choices.join(', ')}` });
    return z.NEVER;
  });
}

/** Some of the choices, each once, separated by commas; their order is kept. */
export function listOf<const Choice extends string>(...choices: readonly Choice[]) {
  return z.string().transform((text, context): readonly Choice[] => {
    const parts = text.split(',').map((part) => part.trim());
    const chosen = parts.flatMap((part) => choices.filter((choice) => choice === part));
    if (chosen.length === parts.length && new Set(chosen).size === chosen.length) return chosen;
    context.addIssue({ code: 'custom', message: `must be some of ${choices.join(', ')}, each once` });
    return z.NEVER;
  });
}

export function yesOrNo() {
  return z.string().transform((text, context): boolean => {
    if (/^(true|yes|on|1)$/i.test(text)) return true;
    if (/^(false|no|off|0)$/i.test(text)) return false;
    context.addIssue({ code: 'custom', message: 'must be true or false' });
    return z.NEVER;
  });
}

/** An absolute URL of one of the protocols, without a trailing slash, so that paths can be appended to it. */
export function urlOf(...protocols: readonly string[]) {
  return z.string().transform((text, context): string => {
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text.replace(/\/+$/, '');
    const allowed = protocols.map((protocol) => `${protocol}//`).join(' or ');
    context.addIssue({ code: 'custom', message: `must be a URL that starts with ${allowed}` });
    return z.NEVER;
  });
}

/** One URL or several, separated by commas; each as `urlOf` takes it. */
export function urlsOf(...protocols: readonly string[]) {
  const one = urlOf(...protocols);
  return z.string().transform((text, context): string => {
    const parsed = text.split(',').map((part) => one.safeParse(part.trim()));
    const refused = parsed.find(({ success }) => !success);
    if (refused === undefined) return parsed.map(({ data }) => data).join(',');
    context.addIssue({ code: 'custom', message: refused.error?.issues[0]?.message ?? 'must be URLs' });
    return z.NEVER;
  });
}

export function textOf(pattern: RegExp, message: string) {
  return z.string().transform((text, context): string => {
    if (pattern.test(text)) return text;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

export function path() {
  return textOf(/^[^\0]{1,1024}$/, 'must be a path of at most 1024 characters');
}

export function secretText(minLength: number) {
  return textOf(
    new RegExp(`^[\\x21-\\x7e]{${minLength},512}$`),
    `must be ${minLength} to 512 visible ASCII characters`,
  );
}

const modelPrice = z.strictObject({
  input: z.number().min(0).max(100_000).default(0),
  output: z.number().min(0).max(100_000).default(0),
  picture: z.number().min(0).max(1_000).default(0),
});

/** JSON: prices by the name of a model. */
export function modelPrices() {
  return jsonOf(
    z.record(z.string().min(1).max(200), modelPrice),
    'must be JSON such as {"model":{"input":0.3,"output":2.5,"picture":0}}, in US dollars',
  );
}

const amount = z.int().min(0).max(1e12).optional();
const tierLimits = z
  .strictObject({
    jobs: amount,
    pictures: amount,
    tokens: amount,
    dollars: z.number().min(0).max(1e6).optional(),
  })
  .transform(({ dollars, ...limits }) => ({
    ...limits,
    ...(dollars === undefined ? {} : { micros: Math.round(dollars * 1e6) }),
  }));

/** JSON: monthly limits by the name of a tier; money comes in dollars and goes on in micros. */
export function tiers() {
  return jsonOf(
    z.record(z.string().regex(/^[\w-]{1,60}$/), tierLimits),
    'must be JSON such as {"free":{"jobs":20,"pictures":100,"tokens":1000000,"dollars":5}}',
  );
}

/** JSON of a shape; the message says which, since what is wrong in it may be anywhere. */
export function jsonOf<Schema extends z.ZodType>(schema: Schema, message: string) {
  return z.string().transform((text, context): z.output<Schema> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0];
    const path = where === undefined || where.path.length === 0 ? '' : `; see ${where.path.join('.')}`;
    context.addIssue({ code: 'custom', message: `${message}${path}` });
    return z.NEVER;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
