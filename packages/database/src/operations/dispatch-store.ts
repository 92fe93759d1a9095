import {
  type Dispatch,
  type DispatchState,
  type DispatchStep,
  type DispatchStore,
  type HandlerName,
  jobMachine,
  stepMachine,
  type WorkerType,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import type { Database } from '../connection.ts';
import type { EventHints } from '../event-hints.ts';
import { allowedFrom, json, relaxedCommit, targetOf } from '../guard.ts';
import { settleJob } from './settle-job.ts';

/** Any number that no other lock of this database uses. */
const dispatchLock = 7_373_002;

interface ClaimedJob extends Record<string, unknown> {
  id: string;
  account_id: string;
  generation: number;
  priority: number;
  created_at: string;
  queue_place: number;
  waited_ms: number | null;
  /** In plan order. */
  steps: readonly {
    stepId: string;
    parentId: string | null;
    key: string;
    handler: HandlerName;
    worker: WorkerType;
  }[];
}

/**
 * The dispatcher's view of the record. A claim and a confirmation are two transactions with the queue's own write between
 * them; a dispatcher that dies in between leaves a lease that runs out, and the next sweep rebuilds the flow under a
 * higher generation, so that whatever the dead one had put into the queue is refused as superseded.
 */
export function createDispatchStore(database: Database, hints: EventHints): DispatchStore {
  return {
    claim: async (limits) => {
      const { batch, windowFlows, accountWindowFlows, leaseMs } = limits;
      const claimed = await database.executor.execute<ClaimedJob>(sql`
        select * from claim_dispatches(${dispatchLock}, ${batch}, ${windowFlows}, ${accountWindowFlows}, ${leaseMs},
          ${allowedFrom(jobMachine, 'admit')}, ${targetOf(jobMachine, 'admit')}, ${allowedFrom(stepMachine, 'claim')})`);
      const dispatches = claimed.rows.map(toDispatch);
      for (const dispatch of dispatches) hints.publish(dispatch.jobId);
      return dispatches;
    },
    confirm: createConfirmations(database),
    giveBack: async (jobId, generation) => {
      await database.executor.execute(sql`
        update jobs set enqueue_lease_until = now() where id = ${jobId} and generation = ${generation} and enqueued_at is null`);
    },
    untilNextDue: async () => {
      const result = await database.executor.execute<{ ms: number | null }>(sql`
        select ceil(extract(epoch from least(
          (select coalesce(delay_until, created_at) from jobs where status = ${jobMachine.initial} and fair_key is null
            order by coalesce(delay_until, created_at) limit 1),
          (select deadline from jobs where deadline is not null and settled_at is null order by deadline limit 1)
        ) - now()) * 1000)::double precision as ms`);
      return result.rows[0]?.ms ?? undefined;
    },
    expire: (limit) => expire(database, hints, limit),
    state: () => readState(database),
  };
}

/**
 * One transaction a job: a settlement locks the job and then its account, and one that held two jobs could wait for a worker
 * that waits for it.
 */
async function expire(database: Database, hints: EventHints, limit: number): Promise<readonly string[]> {
  const due = await database.executor.execute<{ id: string; deadline: string }>(sql`
    select id, to_char(deadline at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as deadline from jobs
    where deadline <= now() and settled_at is null order by deadline limit ${limit}`);
  const expired: string[] = [];
  for (const { id, deadline } of due.rows) {
    const error = {
      code: 'deadline-exceeded' as const,
      message: `The job was not finished by its deadline, ${deadline}`,
      facts: { deadline },
    };
    if (!(await settleJob(database.executor, id, { event: 'cancel', error }))) continue;
    hints.publishSettled(id);
    expired.push(id);
  }
  return expired;
}

/** Beyond so many the waiting jobs of a priority are not counted: a scrape must not read a million rows. */
const countedUpTo = 10_000;

async function readState(database: Database): Promise<DispatchState> {
  interface LaneRow extends Record<string, unknown> {
    priority: number;
    jobs: number;
    lag: number;
    oldest_seconds: number;
  }
  // The lanes of a priority are found one priority after the other, never by reading all of them.
  const lanes = await database.executor.execute<LaneRow>(sql`
    with recursive priorities as (
      (select priority from account_lanes where head_key is not null order by priority desc limit 1)
      union all
      select (select lane.priority from account_lanes lane where lane.head_key is not null and lane.priority < priorities.priority
        order by lane.priority desc limit 1)
      from priorities where priorities.priority is not null
    )
    select priorities.priority, (
        select count(*)::integer from (
          select from account_lanes lane cross join lateral (
            select from jobs job where job.account_id = lane.account_id and job.priority = lane.priority and job.fair_key is not null
            limit ${countedUpTo}) job
          where lane.head_key is not null and lane.priority = priorities.priority limit ${countedUpTo}) counted) as jobs,
      greatest(0, coalesce((select virtual_time from priority_lanes known where known.priority = priorities.priority), 0) - head.head_key) as lag,
      coalesce(extract(epoch from now() - head.queued_at), 0)::double precision as oldest_seconds
    from priorities cross join lateral (
      select min(lane.head_key) as head_key, min(job.queued_at) as queued_at from (
        select * from account_lanes where head_key is not null and priority = priorities.priority
        order by priority desc, head_key, account_id limit 100) lane
      cross join lateral (
        select queued_at from jobs where account_id = lane.account_id and priority = lane.priority and fair_key is not null
        order by fair_key, id limit 1) job
    ) head
    where priorities.priority is not null and head.head_key is not null`);
  const totals = await database.executor.execute<Record<string, string | null>>(sql`
    select (select sum(flows) from (${flowsByAccount}) busy) as window_flows, (select max(flows) from (${flowsByAccount}) busy) as fullest,
      estimates, within_half, within_most from dispatch_pace`);
  const total = totals.rows[0] ?? {};
  return {
    waiting: lanes.rows.map(({ priority, jobs, lag }) => ({ priority, jobs, lag })),
    countedUpTo,
    oldestSeconds: Math.max(0, ...lanes.rows.map((row) => row.oldest_seconds)),
    windowFlows: Number(total['window_flows'] ?? 0),
    fullestAccountFlows: Number(total['fullest'] ?? 0),
    estimates: Number(total['estimates'] ?? 0),
    withinHalf: Number(total['within_half'] ?? 0),
    withinMost: Number(total['within_most'] ?? 0),
  };
}

/** At most as many rows as the window has places. */
const flowsByAccount = sql`select count(*) as flows from jobs where admitted_key is not null and settled_at is null group by account_id`;

/**
 * Confirms all flows that come while a statement is under way with the next one. A confirmation that a crash of the server
 * takes back is like one that never came: the lease runs out, and the flow is built anew.
 */
function createConfirmations(database: Database): DispatchStore['confirm'] {
  interface Confirmation {
    readonly jobId: string;
    readonly generation: number;
    readonly resolve: () => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Confirmation[] = [];
  let sending = false;

  async function sendAll(): Promise<void> {
    sending = true;
    // Flows that the queue took in the same turn of the event loop go together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await database.executor.execute(sql`
          with confirmed as (
            update jobs set enqueued_at = now(), enqueue_lease_until = null
            from jsonb_to_recordset(${json(batch.map(({ jobId, generation }) => ({ jobId, generation })))}) as flow("jobId" text, generation integer)
            where jobs.id = flow."jobId" and jobs.generation = flow.generation
          )
          select ${relaxedCommit}`);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    sending = false;
  }

  return (jobId, generation) =>
    new Promise((resolve, reject) => {
      waiting.push({ jobId, generation, resolve, reject });
      if (!sending) void sendAll();
    });
}

function toDispatch(job: ClaimedJob): Dispatch {
  return {
    jobId: job.id,
    accountId: job.account_id,
    generation: job.generation,
    priority: job.priority,
    createdAt: new Date(job.created_at),
    queuePlace: job.queue_place,
    waitedMs: job.waited_ms ?? undefined,
    steps: job.steps.map(
      ({ parentId, ...step }): DispatchStep => ({ ...step, parentId: parentId ?? undefined }),
    ),
  };
}
