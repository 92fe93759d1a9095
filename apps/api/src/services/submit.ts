import { type Database, type Submission, type SubmissionReceipt, submitJob } from '@pressroom/database';
import {
  type Abilities,
  type AcceptedJobRequest,
  type ExpectedCalls,
  type IdSource,
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
}

/**
 * Checks what the recipe asks for and writes the job, or finds the one that the idempotency key made before.
 *
 * @throws PressroomError what the recipe's check names; `insufficient-credits`, `usage-limit-reached`, `idempotency-key-reused`,
 * `invalid-request`
 */
export async function acceptJob(
  database: Database,
  ids: IdSource,
  { abilities, usage }: SubmissionRules,
  request: AcceptedJobRequest,
  context: SubmissionContext,
): Promise<SubmissionReceipt> {
  // The schema has tied `input` to `kind`; across all kinds TypeScript cannot see that any more.
  const recipe = recipes[request.kind] as unknown as Recipe<JobKind, z.ZodType<Record<string, unknown>>>;
  const input = request.input as unknown as Record<string, unknown>;
  refuseProblems(recipe.check?.(input, abilities) ?? []);
  try {
    return await submitJob(database, ids, {
      accountId: context.accountId,
      kind: request.kind,
      input,
      plan: recipe.plan(input),
      assets: recipe.assets(input),
      onItemFailure: request.onItemFailure,
      priority: request.priority,
      delayUntil: request.delayUntil === undefined ? undefined : new Date(request.delayUntil),
      deadline: request.deadline === undefined ? undefined : new Date(request.deadline),
      metadata: request.metadata,
      idempotencyKey: context.idempotencyKey,
      requestId: context.requestId,
      usage: usage?.(recipe.expectedCalls(input)),
    });
  } catch (error) {
    throw namePaths(error, input);
  }
}

type Problems = ReturnType<NonNullable<Recipe<JobKind, z.ZodType>['check']>>;

function refuseProblems(problems: Problems): void {
  const [first] = problems;
  if (first === undefined) return;
  const errors = problems
    .slice(0, 50)
    .map(({ code, path, message }): ProblemItem => ({ path: pointer(['input', ...path]), message, code }));
  throw new PressroomError(first.code, `${errors[0]?.path}: ${first.message}`, { facts: { errors } });
}

/** The record names assets that cannot be used by their ids; the caller wants to know where they stand in the request. */
function namePaths(error: unknown, input: Record<string, unknown>): unknown {
  if (!isPressroomError(error) || error.code !== 'invalid-request') return error;
  const listed = error.facts?.['errors'];
  if (!Array.isArray(listed)) return error;
  const unusable = (listed as (ProblemItem | { assetId: string; message: string })[]).filter(
    (item) => 'assetId' in item,
  );
  if (unusable.length === 0) return error;
  const errors = unusable.slice(0, 50).map(
    ({ assetId, message }): ProblemItem => ({
      path: pointer(['input', ...(findPath(input, assetId) ?? [])]),
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
