import type { Log } from '@pressroom/domain';
import type { QueueBackend } from './backend.ts';
import type { StepPayload } from './flow.ts';

export interface SweepEntriesOptions {
  readonly queues: Pick<QueueBackend, 'queues'>;
  /** Those of the payloads that nobody waits for. */
  readonly findMoot: (entries: readonly StepPayload[]) => Promise<readonly StepPayload[]>;
  readonly log: Log;
}

const entriesPerPage = 200;
/** A window of flows is far below; more is looked at in later passes, as the first are gone by then. */
const pagesPerState = 20;
/** Parents first: the removal of a child would make its parent ready to run. */
const idleStates = ['waiting-children', 'waiting', 'prioritized', 'delayed'] as const;

/**
 * Takes entries out of the queues that nobody waits for, as a queue that was restored from an old copy has them: the flows of
 * jobs that have ended, or that were rebuilt since. A worker would refuse them one by one; but a parent whose children the copy
 * lacks would wait for ever.
 *
 * Active ones are left: they end by themselves.
 */
export async function sweepEntries(
  { queues, findMoot, log }: SweepEntriesOptions,
  signal: AbortSignal,
): Promise<{ readonly looked: number; readonly removed: number }> {
  let looked = 0;
  let removed = 0;
  for (const queue of queues.queues) {
    for (const state of idleStates) {
      let start = 0;
      for (let page = 0; page < pagesPerState; page += 1) {
        signal.throwIfAborted();
        const jobs = await queue.getJobs([state], start, start + entriesPerPage - 1, true);
        // A job may go away between the list and the look.
        const known = jobs.filter((job) => (job as typeof job | undefined)?.id !== undefined);
        looked += known.length;
        const moot = new Set(await findMoot(known.map((job) => job.data)));
        for (const { id, data } of known) {
          if (!moot.has(data)) continue;
          try {
            removed += await queue.remove(String(id), { removeChildren: false });
          } catch (error) {
            log.debug(
              { err: error, queueJobId: id },
              'An entry that nobody waits for has become active: it ends by itself',
            );
          }
        }
        if (jobs.length < entriesPerPage) break;
        // What was removed has made room for what comes behind it.
        start += known.length - moot.size;
      }
    }
  }
  return { looked, removed };
}
