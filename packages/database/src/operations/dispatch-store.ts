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
import type { Database } from '../connection.ts';
import type { EventHints } from '../event-hints.ts';
import { allowedFrom, json, relaxedCommit, targetOf } from '../guard.ts';

/** Any number that no other lock of this database uses. */
const dispatchLock = 7_373_002;

interface ClaimedJob extends Record<string, unknown> {
  id: string;
  account_id: string;
  generation: number;
  priority: number;
  created_at: string;
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
      const { batch, windowFlows, leaseMs } = limits;
      const claimed = await database.executor.execute<ClaimedJob>(sql`
        select * from claim_dispatches(${dispatchLock}, ${batch}, ${windowFlows}, ${leaseMs},
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
  };
}

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
    steps: job.steps.map(
      ({ parentId, ...step }): DispatchStep => ({ ...step, parentId: parentId ?? undefined }),
    ),
  };
}
