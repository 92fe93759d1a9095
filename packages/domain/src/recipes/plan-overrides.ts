import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { type LearningPlanValues, learningPlanFields, learningPlanInputSchema } from './learning-plan.ts';
import type { InputProblem } from './recipe.ts';

const { deadline, notes, ...others } = learningPlanFields;

/** Any of a plan's values, to be changed; the rest stays. Each is replaced as a whole, `documents` too. */
export const planOverridesSchema = z
  .strictObject({
    ...z.object(others).partial().shape,
    deadline: deadline
      .nullable()
      .optional()
      .describe(`${deadline.description} Null: there is none any more.`),
    notes: notes.nullable().optional().describe(`${notes.description} Null: there are none any more.`),
  })
  .describe(
    'The values that change, by the names of a learning plan. What is absent stays; null removes `deadline` or `notes`; `documents` replaces the whole list.',
  );
export type PlanOverrides = z.output<typeof planOverridesSchema>;

export type MergedValues =
  | { readonly values: LearningPlanValues }
  /** Paths lead into the overrides. */
  | { readonly problems: readonly InputProblem[] };

/**
 * The stored values with the overrides in their place, under the schema of a learning plan and all that it checks across fields. Pure.
 * Overriding twice is overriding once with both, the later one last: `{ ...first, ...second }`.
 */
export function mergePlanValues(
  stored: Readonly<Record<string, unknown>>,
  overrides: PlanOverrides,
): MergedValues {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const merged = Object.entries({ ...stored, ...Object.fromEntries(given) }).filter(
    ([, value]) => value !== null,
  );
  const parsed = learningPlanInputSchema.safeParse(Object.fromEntries(merged));
  if (parsed.success) return { values: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }): InputProblem => {
    const known = path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    return { code: 'invalid-request', path: pathInOverrides(known, overrides), message };
  });
  return { problems };
}

/** Names of the values that are not the same. */
export function changedValues(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter(
    (name) => canonicalJson({ value: before[name] }) !== canonicalJson({ value: after[name] }),
  );
}

/** A stored value can only be wrong because of another one that was overridden: a deadline by a later start. */
function pathInOverrides(path: readonly (string | number)[], overrides: PlanOverrides): InputProblem['path'] {
  const [field] = path;
  if (field === undefined || field in overrides) return path;
  return 'start' in overrides ? ['start'] : [];
}
