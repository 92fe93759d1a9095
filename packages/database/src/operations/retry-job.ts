import { type JobStatus, jobMachine, PressroomError, stepMachine } from '@pressroom/domain';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection.ts';
import { hasCode, violates } from '../database-errors.ts';
import { allowedFrom, targetOf, textArray } from '../guard.ts';
import { payable } from '../repositories/accounts.ts';
import { findJob } from '../repositories/jobs.ts';
import { findRegeneration } from '../repositories/plans.ts';
import { deadLetters, jobEvents, jobs, planVersions, type ReplayedBy } from '../schema.ts';
import { earlierRequest, hashOf } from './idempotency.ts';
import { regenerationConflict, versionTaken } from './regeneration-conflict.ts';

/** Raised by the database's `retry_job`. */
const nothingToRetry = 'PR002';
const noSuchJob = 'PR003';
const deadlinePassed = 'PR004';

export interface RetryRequest {
  readonly accountId: string;
  readonly jobId: string;
  readonly idempotencyKey?: string | undefined;
}

export interface RetryReceipt {
  /** True when this Idempotency-Key had come before with the same request: nothing was changed now. */
  readonly replayed: boolean;
}

/**
 * Opens a settled job for another round: steps that did not succeed run again, finished ones do not, and what the last round
 * had given back is held again. One statement, or nothing.
 *
 * @throws PressroomError `not-found`, `job-not-retryable`, `deadline-exceeded`, `insufficient-credits`,
 * `idempotency-key-reused`, `regeneration-conflict`
 */
export async function retryJob(database: Database, request: RetryRequest): Promise<RetryReceipt> {
  const { executor } = database;
  const { accountId, jobId, idempotencyKey } = request;
  const key =
    idempotencyKey === undefined ? undefined : { key: idempotencyKey, requestHash: hashOf({ retry: jobId }) };
  try {
    const steps = await rerun(executor, { accountId, jobId, by: 'account', key });
    if (steps !== undefined) return { replayed: false };
  } catch (error) {
    if (hasCode(error, noSuchJob)) {
      throw new PressroomError('not-found', `There is no job ${jobId} in this account`, { cause: error });
    }
    if (hasCode(error, nothingToRetry)) {
      const job = await findJob(executor, accountId, jobId);
      const why = job?.status === 'succeeded' ? 'all its steps have succeeded' : `it is ${job?.status}`;
      throw new PressroomError('job-not-retryable', `Cannot retry job ${jobId}: ${why}`, { cause: error });
    }
    throw error;
  }
  await earlierRequest(executor, accountId, key);
  return { replayed: true };
}

export interface Replay {
  readonly jobId: string;
  /** That run again. */
  readonly steps: number;
  readonly round: number;
  /** Credits that were held again: 0 when nothing had been given back. */
  readonly held: number;
}

/**
 * Runs a dead letter's step again, and what could not run because of it. A job that has settled begins another round, for
 * which its account is charged what it had got back; one that still runs has given nothing back, and is charged nothing.
 *
 * @throws PressroomError `not-found`, `dead-letter-replayed`, `job-not-retryable`, `deadline-exceeded`, `insufficient-credits`,
 * `regeneration-conflict`
 */
export async function replayDeadLetter(database: Database, deadLetterId: string): Promise<Replay> {
  const { executor } = database;
  const [letter] = await executor
    .select({ jobId: deadLetters.jobId, stepId: deadLetters.stepId, replayedAt: deadLetters.replayedAt })
    .from(deadLetters)
    .where(eq(deadLetters.id, deadLetterId));
  if (letter === undefined) {
    throw new PressroomError('not-found', `There is no dead letter ${deadLetterId}`);
  }
  const done = (cause?: unknown): PressroomError =>
    new PressroomError('dead-letter-replayed', `Dead letter ${deadLetterId} has been replayed already`, {
      cause,
    });
  if (letter.replayedAt !== null) throw done();
  const { jobId, stepId } = letter;
  try {
    return await database.transaction(async (tx) => {
      await rerun(tx, { jobId, failed: [stepId], by: 'operator' }, executor);
      // The job's row is locked until the commit: its newest event is this retry.
      const [event] = await tx
        .select({ data: jobEvents.data })
        .from(jobEvents)
        .where(and(eq(jobEvents.jobId, jobId), eq(jobEvents.type, 'job.retried')))
        .orderBy(desc(jobEvents.sequence))
        .limit(1);
      const { steps, round, held } = (event?.data ?? {}) as Omit<Replay, 'jobId'>;
      return { jobId, steps, round, held };
    });
  } catch (error) {
    if (hasCode(error, nothingToRetry)) throw done(error);
    throw error;
  }
}

interface Rerun {
  readonly jobId: string;
  /** Absent: whoever owns the job. */
  readonly accountId?: string;
  /** Only these of the failed steps, also in a job that still runs. Absent: all, of a job that has settled. */
  readonly failed?: readonly string[];
  readonly by: ReplayedBy;
  readonly key?: { readonly key: string; readonly requestHash: string } | undefined;
}

/**
 * How many steps run again; undefined when the idempotency key had been taken.
 *
 * @param reader for what the refusal says: a transaction that was refused answers nothing any more
 */
async function rerun(
  executor: Executor,
  options: Rerun,
  reader: Executor = executor,
): Promise<number | undefined> {
  const { jobId, accountId, failed, by, key } = options;
  const unsettled: readonly JobStatus[] = jobMachine.states.filter(
    (state) => !jobMachine.final.includes(state),
  );
  const price = sql<number>`${jobs.price} - coalesce(${jobs.captured}, 0)`;
  const statement = executor.execute<{ steps: number | null }>(sql`
    select retry_job(${jobId}, ${accountId ?? null}, ${failed === undefined ? null : textArray(failed)}, ${by},
      ${allowedFrom(jobMachine, 'retry')}, ${targetOf(jobMachine, 'retry')}, ${textArray(failed === undefined ? [] : unsettled)},
      ${allowedFrom(stepMachine, 'retry')}, ${allowedFrom(stepMachine, 'redo')}, ${targetOf(stepMachine, 'retry')},
      ${targetOf(stepMachine, 'fail')}, ${targetOf(stepMachine, 'cancel')}, ${key?.key ?? null}, ${key?.requestHash ?? null}) as steps`);
  const paid = payable(async () => {
    const [job] = await reader.select({ price }).from(jobs).where(eq(jobs.id, jobId));
    return job?.price ?? 0;
  }, statement);
  const result = await paid.catch(async (error: unknown) => {
    if (hasCode(error, versionTaken)) throw await versionIsThere(reader, jobId, error);
    if (violates(error, 'jobs_one_regeneration')) throw await underWay(reader, jobId, error);
    if (!hasCode(error, deadlinePassed)) throw error;
    throw new PressroomError('deadline-exceeded', `Cannot run job ${jobId} again: its deadline has passed`, {
      cause: error,
    });
  });
  return result.rows[0]?.steps ?? undefined;
}

/** A version does not change, so the job that made it makes nothing more. */
async function versionIsThere(reader: Executor, jobId: string, cause: unknown): Promise<PressroomError> {
  const [made] = await reader.select().from(planVersions).where(eq(planVersions.jobId, jobId));
  if (made === undefined) return regenerationConflict({ jobId }, cause);
  const { planId, version } = made;
  return new PressroomError(
    'job-not-retryable',
    `Cannot retry job ${jobId}: it has made version ${version} of plan ${planId}, which does not change; regenerate the plan with its documents instead`,
    { cause, facts: { planId, version } },
  );
}

async function underWay(reader: Executor, jobId: string, cause: unknown): Promise<PressroomError> {
  const [job] = await reader.select({ planId: jobs.planId }).from(jobs).where(eq(jobs.id, jobId));
  const planId = job?.planId ?? '';
  const other = await findRegeneration(reader, planId);
  return regenerationConflict({ planId, ...(other === undefined ? {} : { jobId: other }) }, cause);
}
