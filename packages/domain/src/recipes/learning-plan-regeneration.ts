import { z } from 'zod';
import { assetsOfSources } from './document-source.ts';
import { checkPlanValues, expectedPlanCalls, type LearningPlanValues, planSteps } from './learning-plan.ts';
import { changedValues, mergePlanValues, planOverridesSchema } from './plan-overrides.ts';
import { defineRecipe, type InputProblem } from './recipe.ts';
import type { StoredPlanVersion } from './stored-plan-version.ts';

/** Values that decide when and on what, and nothing about what is learned. */
const datesAndPages: ReadonlySet<string> = new Set(['weeklyHours', 'start', 'deadline', 'pageSize']);

export const regenerationFields = {
  baseVersion: z
    .int()
    .min(1)
    .optional()
    .describe(
      'The version whose values are overridden; the newest when absent. The new one follows the newest all the same.',
    ),
  overrides: planOverridesSchema.default({}),
} as const;

export const regenerationInputSchema = z.strictObject({
  planId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'This is not an id')
    .describe('A plan of this account.'),
  ...regenerationFields,
});
export type RegenerationInput = z.output<typeof regenerationInputSchema>;

/** A regeneration with everything that it needs from the record. */
export interface CompleteRegeneration extends Omit<RegenerationInput, 'baseVersion'> {
  readonly baseVersion: number;
  /** Which version it makes. */
  readonly version: number;
  /** Stored values and overrides, merged. */
  readonly values: LearningPlanValues;
  readonly isRedrafted: boolean;
  readonly stored: StoredPlanVersion;
}

/** A plan and what is to be different in, a new version of it out; tasks that stay keep their ids and what was found for them. */
export const learningPlanRegeneration = defineRecipe({
  kind: 'learning-plan-regeneration',
  title: 'New version of a learning plan',
  description:
    'Makes a new version of a plan with some of its values changed. Tasks that stay keep their ids and their resources; where only dates change nothing is written anew.',
  inputSchema: regenerationInputSchema,
  completion: {
    of: ({ planId, baseVersion }) => ({ planId, version: baseVersion }),
    complete: completeRegeneration,
    keep: ({ planId, baseVersion, version, overrides, values, isRedrafted }) => ({
      planId,
      baseVersion,
      version,
      overrides,
      values,
      isRedrafted,
    }),
    makes: ({ planId, version }) => ({ planId, version }),
  },
  check: ({ values }) => checkPlanValues(values).map(inOverrides),
  // Those that the plan has read are read from what is known of them, also when their assets are gone.
  assets: ({ values, isRedrafted }) => (isRedrafted ? assetsOfSources(values.documents) : []),
  expectedCalls: ({ values, isRedrafted }) =>
    isRedrafted
      ? expectedPlanCalls(values.documents.length)
      : { pictures: 0, text: { inputTokens: 0, outputTokens: 0 } },
  plan: ({ values, version, isRedrafted, stored }) =>
    planSteps(values, {
      version,
      isRedrafted,
      newest: stored.latestPlan,
      base: { version: stored.version, plan: stored.plan, sources: stored.sources },
    }),
});

export function completeRegeneration(
  input: RegenerationInput,
  stored: StoredPlanVersion,
): CompleteRegeneration | { readonly problems: readonly InputProblem[] } {
  const merged = mergePlanValues(stored.values, input.overrides);
  if ('problems' in merged) return { problems: merged.problems.map(inOverrides) };
  const { values } = merged;
  // As they are read today: a value that plans did not have at that time is its default.
  const present = mergePlanValues(stored.values, {});
  const before = 'values' in present ? present.values : stored.values;
  const differs = changedValues(before, values).some((name) => !datesAndPages.has(name));
  // Whoever names the documents again wants those read that could not be read before.
  const readsAgain =
    input.overrides.documents !== undefined && stored.sources.length < values.documents.length;
  return {
    ...input,
    baseVersion: stored.version,
    version: stored.latestVersion + 1,
    values,
    isRedrafted: differs || readsAgain,
    stored,
  };
}

function inOverrides(problem: InputProblem): InputProblem {
  return { ...problem, path: ['overrides', ...problem.path] };
}
