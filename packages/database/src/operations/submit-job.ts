import {
  firstIdAt,
  type IdSource,
  type JobKind,
  type OnItemFailure,
  PressroomError,
  priceOf,
  reach,
  type StepPlan,
  type Tiers,
  type UsageEstimate,
  type UsageMonth,
  type UsageQuantity,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection.ts';
import { detailOf, hasCode, violates } from '../database-errors.ts';
import { json } from '../guard.ts';
import { payable } from '../repositories/accounts.ts';
import { findAssets } from '../repositories/assets.ts';
import { findRegeneration } from '../repositories/plans.ts';
import { clockSlackMs } from '../repositories/usage.ts';
import { earlierRequest, findEarlierRequest, hashOf } from './idempotency.ts';
import { regenerationConflict, versionTaken } from './regeneration-conflict.ts';
import { type StepRowInput, stepRows } from './step-rows.ts';

/** Raised by the database's `accept_job`. */
const unusableAssets = 'PR001';
const unusableDeadline = 'PR002';
const limitReached = 'PR003';
const unknownTier = 'PR004';

export interface Submission {
  readonly accountId: string;
  readonly kind: JobKind;
  /** As validated by the recipe's schema, defaults filled in. */
  readonly input: Record<string, unknown>;
  /** What an idempotency key stands for, where the input was completed from the record; the input when absent. */
  readonly request?: Record<string, unknown> | undefined;
  /** The version of a learning plan that it makes of one that is there. */
  readonly makes?: { readonly planId: string; readonly version: number } | undefined;
  readonly plan: StepPlan;
  readonly assets: readonly { readonly assetId: string; readonly sort: 'image' | 'document' }[];
  readonly onItemFailure: OnItemFailure;
  readonly priority: number;
  readonly delayUntil?: Date | undefined;
  readonly deadline?: Date | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string | undefined;
  readonly requestId?: string | undefined;
  /** Absent where no account is limited. */
  readonly usage?:
    | { readonly tiers: Tiers; readonly estimate: UsageEstimate; readonly month: UsageMonth }
    | undefined;
}

export interface SubmissionReceipt {
  readonly jobId: string;
  /** True when this Idempotency-Key had come before with the same request: nothing was written now. */
  readonly replayed: boolean;
}

/**
 * Accepts a job: one transaction writes job, steps, credit hold, first event and idempotency key, or nothing (design, invariant 2).
 *
 * @throws PressroomError `idempotency-key-reused`, `insufficient-credits`, `regeneration-conflict`, `invalid-request` (assets that are not there or not of the right sort, a deadline that is not ahead or too far),
 * `usage-limit-reached`, `settings-invalid` (its account is in a tier that the settings do not have)
 */
export async function submitJob(
  database: Database,
  ids: IdSource,
  submission: Submission,
): Promise<SubmissionReceipt> {
  const { executor } = database;
  await reach('submission.begun');
  const jobId = ids.next('job');
  const steps = stepRows([submission.plan], null, ids);
  const accepted = await accept(executor, jobId, steps, submission).catch(async (error: unknown) => {
    // Which ones, and why, is only looked up when there are any.
    if (hasCode(error, unusableAssets)) await refuseAssets(executor, submission, error);
    if (hasCode(error, unusableDeadline)) throw refusedDeadline(error);
    if (hasCode(error, limitReached)) throw refusedUsage(error, submission);
    if (hasCode(error, unknownTier)) {
      throw new PressroomError('settings-invalid', 'The tier of the account is not in PRESSROOM_TIERS', {
        cause: error,
      });
    }
    if (submission.makes !== undefined) await refuseRegeneration(executor, submission.makes, error);
    throw error;
  });
  if (accepted) return { jobId, replayed: false };
  const { accountId, idempotencyKey = '' } = submission;
  const request = { key: idempotencyKey, requestHash: hashRequest(submission) };
  return { jobId: await earlierRequest(executor, accountId, request), replayed: true };
}

/** The job that the key made before with the same request; undefined when it is a new one. */
export async function findSubmission(
  executor: Executor,
  submission: Omit<Submission, 'plan' | 'assets' | 'makes'>,
): Promise<string | undefined> {
  const { accountId, idempotencyKey } = submission;
  if (idempotencyKey === undefined) return undefined;
  const request = { key: idempotencyKey, requestHash: hashRequest(submission) };
  return await findEarlierRequest(executor, accountId, request);
}

async function refuseRegeneration(
  executor: Executor,
  { planId }: NonNullable<Submission['makes']>,
  error: unknown,
): Promise<void> {
  if (hasCode(error, versionTaken)) throw regenerationConflict({ planId }, error);
  if (!violates(error, 'jobs_one_regeneration')) return;
  const jobId = await findRegeneration(executor, planId);
  throw regenerationConflict({ planId, ...(jobId === undefined ? {} : { jobId }) }, error);
}

function refusedDeadline(cause: unknown): PressroomError {
  const message = 'The deadline must be ahead, and at most 366 days';
  return new PressroomError('invalid-request', message, {
    cause,
    facts: { errors: [{ path: '/deadline', message }] },
  });
}

/** As `check_usage` puts it into its error. */
interface RefusedUsage {
  readonly tier: string;
  readonly quantity: UsageQuantity;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly asked: number;
}

/** In words, and as facts for programs. Money in the words is in dollars. */
function refusedUsage(cause: unknown, { usage }: Submission): PressroomError {
  const { quantity, ...counts } = JSON.parse(detailOf(cause) ?? '{}') as RefusedUsage;
  const { limit, used, reserved, asked } = counts;
  const left = Math.max(0, limit - used - reserved);
  const resetsAt = usage?.month.to.toISOString();
  const said = (amount: number): string =>
    quantity === 'micros' ? `${(amount / 1e6).toFixed(2)} US dollars` : `${amount} ${quantity}`;
  return new PressroomError(
    'usage-limit-reached',
    `This job takes about ${said(asked)}, and of the month's ${said(limit)} ${left === 0 ? 'nothing is' : `${said(left)} are`} left: ${said(used)} are used and ${said(reserved)} are kept for jobs that have not ended. The next month begins at ${resetsAt}`,
    { cause, facts: { quantity, ...counts, left, resetsAt } },
  );
}

function usageArgument({ tiers, estimate, month }: NonNullable<Submission['usage']>): object {
  return {
    tiers: tiers.byName,
    fallback: tiers.fallback,
    estimate,
    month: month.from.toISOString(),
    firstJobId: firstIdAt('job', new Date(month.from.getTime() - clockSlackMs)),
  };
}

/** False when the idempotency key had been taken. */
async function accept(
  executor: Executor,
  jobId: string,
  steps: readonly StepRowInput[],
  submission: Submission,
): Promise<boolean> {
  const {
    accountId,
    kind,
    input,
    onItemFailure,
    priority,
    delayUntil,
    deadline,
    metadata,
    requestId,
    assets,
    idempotencyKey,
    usage,
  } = submission;
  const price = priceOf(submission.plan);
  const job = {
    id: jobId,
    accountId,
    kind,
    input,
    onItemFailure,
    priority,
    delayUntil,
    deadline,
    metadata,
    price,
    requestId,
    planId: submission.makes?.planId,
    planVersion: submission.makes?.version,
  };
  const result = await payable(
    price,
    executor.execute<{ id: string | null }>(sql`
      select accept_job(${json(job)}, ${json(steps)}, ${json({ kind, price })}, ${json(assets)}, ${idempotencyKey ?? null},
        ${idempotencyKey === undefined ? null : hashRequest(submission)}, ${usage === undefined ? null : json(usageArgument(usage))}) as id`),
  );
  return result.rows[0]?.id === jobId;
}

function hashRequest(submission: Omit<Submission, 'plan' | 'assets' | 'makes'>): string {
  const {
    kind,
    request: input = submission.input,
    onItemFailure,
    priority,
    delayUntil,
    deadline,
    metadata,
  } = submission;
  const content = {
    kind,
    input,
    onItemFailure,
    priority,
    delayUntil: delayUntil?.toISOString() ?? null,
    // Absent without one: keys that were given before there were deadlines go on to mean the same request.
    ...(deadline === undefined ? {} : { deadline: deadline.toISOString() }),
    metadata,
  };
  return hashOf(content);
}

async function refuseAssets(executor: Executor, submission: Submission, cause: unknown): Promise<void> {
  const wanted = [...new Set(submission.assets.map((asset) => asset.assetId))];
  const found = new Map(
    (await findAssets(executor, submission.accountId, wanted)).map((asset) => [asset.id, asset]),
  );
  const errors = submission.assets.flatMap(({ assetId, sort }, index) => {
    const asset = found.get(assetId);
    if (asset === undefined) return [{ index, assetId, message: 'There is no such asset in this account' }];
    const isImage = asset.mediaType.startsWith('image/');
    if (isImage === (sort === 'image')) return [];
    return [
      {
        index,
        assetId,
        message: `This asset is ${asset.mediaType}; ${sort === 'image' ? 'a picture' : 'a document'} is needed`,
      },
    ];
  });
  if (errors.length === 0) return;
  throw new PressroomError(
    'invalid-request',
    `${errors.length} of ${submission.assets.length} assets cannot be used`,
    { facts: { errors }, cause },
  );
}
