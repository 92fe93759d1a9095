import {
  type Dispatch,
  type DispatchStep,
  type DispatchStore,
  type HandlerName,
  jobMachine,
  stepMachine,
  type WorkerType,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection.ts';
import type { EventHints } from '../event-hints.ts';
import { allowedFrom, targetOf, textArray } from '../guard.ts';

/** Any number that no other lock of this database uses. */
const dispatchLock = 7_373_002;

interface ClaimedJob extends Record<string, unknown> {
  id: string;
  account_id: string;
  generation: number;
  priority: number;
  created_at: string;
  first: boolean;
}
interface ClaimedStepRow extends Record<string, unknown> {
  id: string;
  job_id: string;
  parent_id: string | null;
  key: string;
  handler: HandlerName;
  worker: WorkerType;
}

/**
 * The dispatcher's view of the record. A claim and a confirmation are two transactions with the queue's own write between
 * them; a dispatcher that dies in between leaves a lease that runs out, and the next sweep rebuilds the flow under a
 * higher generation, so that whatever the dead one had put into the queue is refused as superseded.
 */
export function createDispatchStore(database: Database, hints: EventHints): DispatchStore {
  return {
    claim: async (limits) => {
      const dispatches = await database.transaction(async (tx) => {
        // One claim at a time: two at once would count the same free places of the window and fill them twice.
        await tx.execute(sql`select pg_advisory_xact_lock(${dispatchLock})`);
        const leased = sql`now() + ${limits.leaseMs} * interval '1 millisecond'`;
        const claimed = await tx.execute<ClaimedJob>(sql`
          with overdue as (
            select id from jobs
            where status = ${targetOf(jobMachine, 'admit')} and enqueued_at is null and enqueue_lease_until <= now()
            order by enqueue_lease_until limit ${limits.batch} for update skip locked
          ), admitted as (
            select id from jobs
            where status = any(${allowedFrom(jobMachine, 'admit')}) and (delay_until is null or delay_until <= now())
            order by priority desc, id
            limit greatest(0, least(${limits.batch} - (select count(*) from overdue),
              ${limits.windowFlows} - (select count(*) from jobs where status = ${targetOf(jobMachine, 'admit')})))
            for update skip locked
          )
          update jobs set status = ${targetOf(jobMachine, 'admit')}, generation = generation + 1,
            admitted_at = coalesce(admitted_at, now()), enqueue_lease_until = ${leased}
          where id in (select id from overdue union all select id from admitted)
          returning id, account_id, generation, priority, created_at, generation = 1 as first`);
        if (claimed.rows.length === 0) return [];
        const steps = await moveToGeneration(tx, claimed.rows);
        await announce(tx, claimed.rows);
        // An update returns its rows in no order, and what comes first here comes first into the queue.
        return claimed.rows.sort(byTurn).map((job): Dispatch => toDispatch(job, steps));
      });
      for (const dispatch of dispatches) hints.publish(dispatch.jobId);
      return dispatches;
    },
    confirm: async (jobId, generation) => {
      await database.executor.execute(sql`
        update jobs set enqueued_at = now(), enqueue_lease_until = null where id = ${jobId} and generation = ${generation}`);
    },
    giveBack: async (jobId, generation) => {
      await database.executor.execute(sql`
        update jobs set enqueue_lease_until = now() where id = ${jobId} and generation = ${generation} and enqueued_at is null`);
    },
  };
}

function byTurn(a: ClaimedJob, b: ClaimedJob): number {
  return b.priority - a.priority || (a.id < b.id ? -1 : 1);
}

async function moveToGeneration(
  tx: Executor,
  claimed: readonly ClaimedJob[],
): Promise<readonly ClaimedStepRow[]> {
  const result = await tx.execute<ClaimedStepRow & { position: number }>(sql`
    update steps set generation = jobs.generation from jobs
    where steps.job_id = jobs.id and jobs.id = any(${textArray(claimed.map((job) => job.id))})
      and steps.status = any(${allowedFrom(stepMachine, 'claim')})
    returning steps.id, steps.job_id, steps.parent_id, steps.key, steps.handler, steps.worker, steps.position`);
  return result.rows.sort((a, b) => a.position - b.position);
}

/** In one statement for the whole batch: the first admission of each job is an event. */
async function announce(tx: Executor, claimed: readonly ClaimedJob[]): Promise<void> {
  const first = claimed.filter((job) => job.first).map((job) => job.id);
  if (first.length === 0) return;
  await tx.execute(
    sql`select append_job_event(id, 'job.running', '{}') from unnest(${textArray(first)}) as id`,
  );
}

function toDispatch(job: ClaimedJob, steps: readonly ClaimedStepRow[]): Dispatch {
  return {
    jobId: job.id,
    accountId: job.account_id,
    generation: job.generation,
    priority: job.priority,
    createdAt: new Date(job.created_at),
    steps: steps
      .filter((step) => step.job_id === job.id)
      .map(
        (step): DispatchStep => ({
          stepId: step.id,
          parentId: step.parent_id ?? undefined,
          key: step.key,
          handler: step.handler,
          worker: step.worker,
        }),
      ),
  };
}
