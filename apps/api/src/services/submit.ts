import {
  type Database,
  findStoredPlanVersion,
  findSubmission,
  type Submission,
  type SubmissionReceipt,
  submitJob,
} from '@pressroom/database';
import {
  type Abilities,
  type AcceptedJobRequest,
  type ExpectedCalls,
  type IdSource,
  type InputProblem,
  isPressroomError,
  type JobKind,
  PressroomError,
  type ProblemItem,
  type Recipe,
  recipes,
} from '@pressroom/domain';
import type { z } from 'zod';
import { pointer } from '../http/validate.ts';

/** What the running system can do, and what accounts may use. */
export interface SubmissionRules {
  readonly abilities: Abilities;
  /** Absent where no account is limited. */
  readonly usage: ((expected: ExpectedCalls) => Submission['usage']) | undefined;
}

export interface SubmissionContext {
  readonly accountId: string;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string;
  /** Where the input stands in the request: errors name their places by it. `['input']` when absent. */
  readonly inputAt?: readonly string[];
}

/**
 * Completes the input from the record where it refers to that, checks what the recipe asks for and writes the job, or finds the one that
 * the idempotency key made before.
 *
 * @throws PressroomError what the recipe's check names; `not-found`, `regeneration-conflict`, `insufficient-credits`, `usage-limit-reached`,
 * `idempotency-key-reused`, `invalid-request`
 */
export async function acceptJob(
  database: Database,
  ids: IdSource,
  { abilities, usage }: SubmissionRules,
  request: AcceptedJobRequest,
  context: SubmissionContext,
): Promise<SubmissionReceipt> {
  // The schema has tied `input` to `kind`; across all kinds TypeScript cannot see that any more.
  const recipe = recipes[request.kind] as unknown as AnyRecipe;
  const given = request.input as unknown as Record<string, unknown>;
  const { accountId, inputAt = ['input'] } = context;
  const submission = {
    accountId,
    kind: request.kind,
    input: given,
    request: given,
    onItemFailure: request.onItemFailure,
    priority: request.priority,
    delayUntil: request.delayUntil === undefined ? undefined : new Date(request.delayUntil),
    deadline: request.deadline === undefined ? undefined : new Date(request.deadline),
    metadata: request.metadata,
    idempotencyKey: context.idempotencyKey,
    requestId: context.requestId,
  };
  const { completion } = recipe;
  let input = given;
  if (completion !== undefined) {
    // What the record says now may be something else than when the key came first.
    const earlier = await findSubmission(database.executor, submission);
    if (earlier !== undefined) return { jobId: earlier, replayed: true };
    input = await completeInput(database, completion, given, context);
  }
  refuseProblems(recipe.check?.(input, abilities) ?? [], inputAt);
  try {
    return await submitJob(database, ids, {
      ...submission,
      input: completion?.keep(input) ?? input,
      makes: completion?.makes(input),
      plan: recipe.plan(input),
      assets: recipe.assets(input),
      usage: usage?.(recipe.expectedCalls(input)),
    });
  } catch (error) {
    throw namePaths(error, input, inputAt);
  }
}

type AnyRecipe = Recipe<JobKind, z.ZodType<Record<string, unknown>>>;

async function completeInput(
  database: Database,
  { of, complete }: NonNullable<AnyRecipe['completion']>,
  input: Record<string, unknown>,
  { accountId, inputAt = ['input'] }: SubmissionContext,
): Promise<Record<string, unknown>> {
  const { planId, version } = of(input);
  const stored = await findStoredPlanVersion(database.executor, accountId, { planId, version });
  if (stored === undefined) {
    const which = version === undefined ? '' : `, or no version ${version} of it`;
    throw new PressroomError('not-found', `There is no plan ${planId} in this account${which}`);
  }
  const completed = complete(input, stored);
  if ('problems' in completed) {
    refuseProblems(completed.problems as readonly InputProblem[], inputAt);
    throw new PressroomError('internal', 'An input was refused without a reason');
  }
  return completed;
}

function refuseProblems(problems: readonly InputProblem[], inputAt: readonly string[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const errors = problems
    .slice(0, 50)
    .map(({ code, path, message }): ProblemItem => ({ path: pointer([...inputAt, ...path]), message, code }));
  throw new PressroomError(first.code, `${errors[0]?.path}: ${first.message}`, { facts: { errors } });
}

/** The record names assets that cannot be used by their ids; the caller wants to know where they stand in the request. */
function namePaths(error: unknown, input: Record<string, unknown>, inputAt: readonly string[]): unknown {
  if (!isPressroomError(error) || error.code !== 'invalid-request') return error;
  const listed = error.facts?.['errors'];
  if (!Array.isArray(listed)) return error;
  const unusable = (listed as (ProblemItem | { assetId: string; message: string })[]).filter(
    (item) => 'assetId' in item,
  );
  if (unusable.length === 0) return error;
  const errors = unusable.slice(0, 50).map(
    ({ assetId, message }): ProblemItem => ({
      path: pointer([...inputAt, ...(findPath(input, assetId) ?? [])]),
      message,
    }),
  );
  return new PressroomError(error.code, error.message, { cause: error, facts: { errors } });
}

function findPath(value: unknown, wanted: string): (string | number)[] | undefined {
  if (value === wanted) return [];
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const path = findPath(inner, wanted);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}
