import {
  type DispatchStep,
  type ErrorRecord,
  type FailureStep,
  type IdSource,
  jobMachine,
  type OnItemFailure,
  PressroomError,
  planFailure,
  type StepCompletion,
  type StepEventName,
  type StepFailure,
  type StepLease,
  type StepLogLine,
  type StepStatus,
  type StepStore,
  stepMachine,
  systemIds,
} from '@pressroom/domain';
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection.ts';
import { hasCode, violates } from '../database-errors.ts';
import { namingLosses } from '../database-loss.ts';
import type { EventHints } from '../event-hints.ts';
import { allowedFrom, json, targetOf, textArray } from '../guard.ts';
import { appendJobEvent } from '../repositories/job-events.ts';
import { claimStep } from './claim-step.ts';
import { regenerationConflict, versionTaken } from './regeneration-conflict.ts';
import { jobTransition, settleJob } from './settle-job.ts';
import { type StepRowInput, stepRows } from './step-rows.ts';

/**
 * The record of steps on PostgreSQL. Each method is one statement or one transaction.
 *
 * @throws PressroomError `database-unavailable` from every method: nobody's attempt has failed, and trying again may work
 */
export function createStepStore(database: Database, hints: EventHints, ids: IdSource = systemIds): StepStore {
  const store = openStepStore(database, hints, ids);
  return {
    claim: (...given) => namingLosses(() => store.claim(...given)),
    saveStage: (...given) => namingLosses(() => store.saveStage(...given)),
    saveProgress: (...given) => namingLosses(() => store.saveProgress(...given)),
    release: (...given) => namingLosses(() => store.release(...given)),
    expand: (...given) => namingLosses(() => store.expand(...given)),
    succeed: (...given) => namingLosses(() => store.succeed(...given)),
    fail: (...given) => namingLosses(() => store.fail(...given)),
    abandon: (...given) => namingLosses(() => store.abandon(...given)),
    lost: (...given) => namingLosses(() => store.lost(...given)),
  };
}

function openStepStore(database: Database, hints: EventHints, ids: IdSource): StepStore {
  /** Runs a write and, when it took, tells the readers of the job's events. */
  async function announced(jobId: string, write: () => Promise<boolean | 'settled'>): Promise<boolean> {
    const written = await write();
    if (written === 'settled') hints.publishSettled(jobId);
    else if (written) hints.publish(jobId);
    return written !== false;
  }

  return {
    claim: async (ticket, workerId) => {
      const outcome = await claimStep(database.executor, ticket, workerId);
      if (outcome.kind === 'claimed') hints.publish(ticket.jobId);
      return outcome;
    },
    saveStage: (lease, record, timing) =>
      announced(lease.jobId, async () => {
        const event = {
          stage: timing.stage,
          durationMs: timing.durationMs,
          ...(timing.errorCode === undefined ? {} : { errorCode: timing.errorCode }),
        };
        const result = await database.executor.execute(sql`
          with ${lockedJob(lease)}, saved as (
            update steps set stage = ${record.state}, stage_data = ${json(record.data)} from job where ${held(lease)} returning steps.id, steps.job_id, steps.key, steps.fence
          ), run as (
            insert into stage_runs (step_id, fence, stage, started_at, duration_ms, error_code)
            select id, fence, ${timing.stage}, ${timing.startedAt.toISOString()}::timestamptz, ${Math.round(timing.durationMs)}, ${timing.errorCode ?? null} from saved
            on conflict (step_id, fence, stage) do update set duration_ms = excluded.duration_ms, error_code = excluded.error_code
          )
          select append_job_event(job_id, 'step.stage', jsonb_build_object('stepId', id, 'step', key) || ${json(event)}) from saved`);
        return result.rows.length === 1;
      }),
    saveProgress: (lease, done, total) =>
      announced(lease.jobId, async () => {
        const result = await database.executor.execute(sql`
          with ${lockedJob(lease)}, saved as (
            update steps set progress_done = ${done}, progress_total = ${total} from job where ${held(lease)} returning steps.id, steps.job_id, steps.key
          )
          select append_job_event(job_id, 'step.progress', jsonb_build_object('stepId', id, 'step', key, 'done', ${done}::int, 'total', ${total}::int)) from saved`);
        return result.rows.length === 1;
      }),
    release: (lease, { reason, error, delayMs = 0 }) =>
      announced(lease.jobId, async () => {
        const event = {
          reason,
          ...(error === undefined ? {} : { error }),
          ...(delayMs > 0 ? { delayMs } : {}),
        };
        const behind = reason === 'throttled' ? providerBehindBreaker(error) : undefined;
        const said = sql`jsonb_build_object('stepId', id, 'step', key) || ${json(event)}`;
        // Behind an open breaker a step is asked to wait again and again: that is one wait, and is said once.
        const announcement =
          behind === undefined
            ? sql`append_job_event(job_id, 'step.released', ${said})`
            : sql`case when waited_for is null then append_job_event(job_id, 'step.waiting', ${said} || jsonb_build_object('provider', ${behind}::text)) end`;
        const retryAt = sql`now() + ${delayMs}::double precision * interval '1 millisecond'`;
        const kind = reason === 'throttled' ? 'throttled' : 'retried';
        const result = await database.executor.execute(sql`
          with ${lockedJob(lease)}, released as (
            update steps set status = ${targetOf(stepMachine, 'release')}, claimed_by = null,
              attempts = steps.attempts + ${reason === 'retry' ? 1 : 0},
              throttled_ms = steps.throttled_ms + ${reason === 'throttled' ? Math.ceil(delayMs) : 0},
              retry_at = ${reason === 'shutdown' ? null : retryAt},
              waits_for = ${behind === undefined ? (reason === 'retry' ? null : sql`steps.waits_for`) : sql`${behind}::text`},
              error = ${error === undefined ? sql`steps.error` : json(error)},
              failures = ${error === undefined ? sql`steps.failures` : sql`append_failure(steps.failures, ${failureEntry(kind, error)} || ${retryAtEntry(retryAt)})`}
            from job, steps before where before.id = steps.id and ${heldFor(lease, 'release')}
            returning steps.id, steps.job_id, steps.key, before.waits_for as waited_for
          )
          select ${announcement} from released`);
        return result.rows.length === 1;
      }),
    expand: async (lease, plans) => {
      const added = await expand(database.executor, lease, stepRows(plans, lease.stepId, ids));
      if (added !== undefined) hints.publish(lease.jobId);
      return added;
    },
    succeed: (lease, completion) =>
      announced(lease.jobId, () => succeed(database.executor, lease, completion, ids)),
    fail: (lease, error, logs = []) =>
      announced(lease.jobId, () =>
        database.transaction((tx) =>
          fail(tx, lease.jobId, heldFor(lease, 'fail'), { error, logs, deadLetterId: ids.next('dead') }),
        ),
      ),
    abandon: (ticket, error) =>
      announced(ticket.jobId, () =>
        database.transaction((tx) =>
          fail(
            tx,
            ticket.jobId,
            sql`steps.id = ${ticket.stepId} and steps.generation = ${ticket.generation} and steps.status = any(${allowedFrom(stepMachine, 'fail')})`,
            { error, logs: [], deadLetterId: ids.next('dead') },
          ),
        ),
      ),
    lost: async (leases) => {
      if (leases.length === 0) return [];
      const result = await database.executor.execute<{ id: string; fence: number }>(sql`
        select id, fence from steps
        where id = any(${textArray(leases.map((lease) => lease.stepId))}) and status = ${targetOf(stepMachine, 'claim')}`);
      const alive = new Map(result.rows.map((row) => [row.id, row.fence]));
      return leases.filter((lease) => alive.get(lease.stepId) !== lease.fence);
    },
  };
}

/** The provider whose open breaker made the step wait; undefined when something else did. */
function providerBehindBreaker(error: ErrorRecord | undefined): string | undefined {
  if (error?.code !== 'provider-circuit-open') return undefined;
  const provider = error.facts?.['provider'];
  return typeof provider === 'string' ? provider : 'unknown';
}

/** The job's row is locked before any of its steps' in every operation; another order would deadlock with a cancel. */
function lockedJob(lease: StepLease): SQL {
  return sql`job as (select id, round from jobs where id = ${lease.jobId} for no key update)`;
}

/** True for the row of a lease that nobody has taken over or ended. */
function held(lease: StepLease): SQL {
  return sql`steps.id = ${lease.stepId} and steps.fence = ${lease.fence} and steps.status = ${targetOf(stepMachine, 'claim')}`;
}

function heldFor(lease: StepLease, event: StepEventName): SQL {
  return sql`steps.id = ${lease.stepId} and steps.fence = ${lease.fence} and steps.claimed_by is not null and steps.status = any(${allowedFrom(stepMachine, event)})`;
}

/** One statement. */
async function expand(
  executor: Executor,
  lease: StepLease,
  rows: readonly StepRowInput[],
): Promise<readonly DispatchStep[] | undefined> {
  try {
    const result = await executor.execute<{ added: number | null }>(sql`
      select expand_step(${lease.stepId}, ${lease.jobId}, ${lease.fence}, ${allowedFrom(stepMachine, 'expand')},
        ${targetOf(stepMachine, 'expand')}, ${targetOf(jobMachine, 'admit')}, ${json(rows)}) as added`);
    if (typeof result.rows[0]?.added !== 'number') return undefined;
  } catch (cause) {
    if (!violates(cause, 'steps_reserve')) throw cause;
    throw new PressroomError('internal', 'A step asked for more steps than its reserve pays for', { cause });
  }
  return rows.map(({ id, parentId, key, handler, worker }) => ({
    stepId: id,
    parentId: parentId ?? undefined,
    key,
    handler,
    worker,
  }));
}

/** One statement: the root's also settles the job. */
async function succeed(
  executor: Executor,
  lease: StepLease,
  completion: StepCompletion,
  ids: IdSource,
): Promise<boolean | 'settled'> {
  const { planVersion } = completion;
  const plan = planVersion === undefined ? null : json({ ...planVersion, id: ids.next('plan') });
  const result = await executor
    .execute<{ settled: boolean | null }>(sql`
    select succeed_step(${lease.stepId}, ${lease.jobId}, ${lease.fence}, ${allowedFrom(stepMachine, 'succeed')},
      ${targetOf(stepMachine, 'succeed')}, ${json(completion.output)}, ${json(completion.assets)}, ${jobTransition('succeed')},
      ${completion.free ?? false}, ${plan}) as settled`)
    .catch((error: unknown) => {
      throw hasCode(error, versionTaken) ? regenerationConflict({ jobId: lease.jobId }, error) : error;
    });
  const settled = result.rows[0]?.settled ?? null;
  if (settled === null) return false;
  return settled ? 'settled' : true;
}

/** A failure of the step as it stands before the update, in the round of the job that is locked as `job`. */
function failureEntry(kind: StepFailure['kind'], error: ErrorRecord): SQL {
  const said = json({ kind, code: error.code, message: error.message });
  return sql`${said} || jsonb_build_object('round', job.round, 'attempt', steps.attempts + 1, 'worker', steps.claimed_by)`;
}

function retryAtEntry(moment: SQL): SQL {
  return sql`jsonb_build_object('retryAt', to_char((${moment}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
}

interface FinalFailure {
  readonly error: ErrorRecord;
  readonly logs: readonly StepLogLine[];
  readonly deadLetterId: string;
}

/** Ends the step, keeps its dead letter, and does what its job's policy says. */
async function fail(
  tx: Executor,
  jobId: string,
  guard: SQL,
  { error, logs, deadLetterId }: FinalFailure,
): Promise<boolean | 'settled'> {
  const locked = await tx.execute<{ on_item_failure: OnItemFailure }>(
    sql`select on_item_failure from jobs where id = ${jobId} for no key update`,
  );
  const job = locked.rows[0];
  if (job === undefined) return false;
  const failed = await tx.execute<{ id: string; key: string }>(sql`
    with failed as (
      update steps set status = ${targetOf(stepMachine, 'fail')}, error = ${json(error)}, settled_at = now(), claimed_by = null, waits_for = null,
        attempts = steps.attempts + 1, failures = append_failure(steps.failures, ${failureEntry('gave-up', error)})
      from jobs job where job.id = steps.job_id and ${guard} returning steps.*, job.account_id, job.kind, job.round
    ), kept as (
      insert into dead_letters (id, account_id, job_id, step_id, kind, key, handler, worker, item_index, round, generation, input,
        error, failures, logs)
      select ${deadLetterId}, account_id, job_id, id, kind, key, handler, worker, item_index, round, generation, input,
        error, failures, ${json(logs)} from failed
    )
    select id, key from failed`);
  const step = failed.rows[0];
  if (step === undefined) return false;
  await appendJobEvent(tx, jobId, 'step.failed', { stepId: step.id, step: step.key, error });
  const plan = planFailure(await failureSteps(tx, jobId), step.id, job.on_item_failure);
  if (plan.kind === 'fail-job') {
    await settleJob(tx, jobId, { event: 'fail', error });
    return 'settled';
  }
  const skipped = await tx.execute<{ id: string; key: string }>(sql`
    update steps set status = ${targetOf(stepMachine, 'skip')}, settled_at = now()
    where id = any(${textArray(plan.skip)}) and status = any(${allowedFrom(stepMachine, 'skip')}) returning id, key`);
  for (const row of skipped.rows)
    await appendJobEvent(tx, jobId, 'step.skipped', { stepId: row.id, step: row.key });
  return true;
}

async function failureSteps(tx: Executor, jobId: string): Promise<readonly FailureStep[]> {
  const result = await tx.execute<{
    id: string;
    parent_id: string | null;
    item_index: number | null;
    status: StepStatus;
  }>(sql`select id, parent_id, item_index, status from steps where job_id = ${jobId}`);
  return result.rows.map((row) => ({
    stepId: row.id,
    parentId: row.parent_id ?? undefined,
    itemIndex: row.item_index ?? undefined,
    status: row.status,
  }));
}
