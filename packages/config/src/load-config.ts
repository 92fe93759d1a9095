import { inspect } from 'node:util';
import { PressroomError } from '@pressroom/domain';
import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { describeConfig } from './describe-config.ts';
import { nestSettings } from './nest-settings.ts';
import type { PressroomConfig } from './pressroom-config.ts';
import { redactUrl } from './redact-url.ts';
import { combinationProblems, valueProblems } from './setting-combinations.ts';
import { settings, settingsSchema } from './settings-schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration from environment variables. Empty and blank values count as absent. Throws `settings-invalid` with
 * every problem in one message; `facts.problems` has them one by one. Values of secrets are in neither.
 */
export function loadConfig(env: Environment): PressroomConfig {
  const present = presentValues(env);
  const parsed = settingsSchema.safeParse(present);
  const problems = [
    ...unknownNames(present),
    ...(parsed.error?.issues ?? []).map((issue) => describeIssue(issue, present)),
    ...combinationProblems(present),
    ...faultProblems(present),
    ...(parsed.data === undefined ? [] : valueProblems(parsed.data)),
  ];
  if (parsed.data === undefined || problems.length > 0) {
    const lines = problems.map((problem) => `  - ${problem}`).join('\n');
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    throw new PressroomError('settings-invalid', `The settings have ${count}:\n${lines}`, {
      facts: { problems },
    });
  }
  return deepFreeze(guardPrinting(nestSettings(parsed.data)));
}

function presentValues(env: Environment): Record<string, string> {
  const entries = Object.entries(env).map(([name, value]) => [name, value?.trim() ?? ''] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

function unknownNames(present: Record<string, string>): string[] {
  const known: readonly string[] = settings.map((setting) => setting.name);
  return Object.keys(present)
    .filter((name) => name.startsWith('PRESSROOM_') && !known.includes(name))
    .map((name) => {
      const guess = closest(name, known);
      const near = distance(name, guess) <= Math.max(3, (name.length - 'PRESSROOM_'.length) / 2);
      return near ? `${name} is not a setting; did you mean ${guess}?` : `${name} is not a setting`;
    });
}

/** Nobody gets a process that dies on purpose by copying a file of settings. */
function faultProblems(present: Record<string, string>): string[] {
  if (present['PRESSROOM_FAULTS_FOLDER'] === undefined || present['NODE_ENV'] !== 'production') return [];
  return ['PRESSROOM_FAULTS_FOLDER is for tests and cannot be set where NODE_ENV is production'];
}

function describeIssue(issue: z.core.$ZodIssue, present: Record<string, string>): string {
  const name = String(issue.path[0]);
  const value = present[name];
  const secret = settings.some((setting) => setting.name === name && setting.secret);
  const shown =
    value === undefined || secret ? '' : `, not ${JSON.stringify(redactUrl(value).slice(0, 100))}`;
  return `${name} ${issue.message}${shown}`;
}

/** A whole configuration that ends up in a log line or on a console shows its redacted form. */
function guardPrinting(config: PressroomConfig): PressroomConfig {
  const redacted = () => describeConfig(config);
  return Object.defineProperties(config, {
    toJSON: { value: redacted, enumerable: false },
    [inspect.custom]: { value: redacted, enumerable: false },
  });
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
