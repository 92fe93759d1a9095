import { listSteps } from '@pressroom/database';
import { removeFlow } from '@pressroom/queue';
import { withTimeout } from '@pressroom/runtime';
import type { Resources } from './resources.ts';

/** Nobody's answer depends on the queue: one that is out of reach keeps its callers waiting until it is back. */
const limitMs = 2_000;

/**
 * Takes the steps of a job that is over out of the queue. Never throws: the record says that it is over, and whatever stays in
 * the queue is refused when a worker claims it.
 */
export async function removeFlowOf(
  { database, queues, log }: Pick<Resources, 'database' | 'queues' | 'log'>,
  jobId: string,
): Promise<void> {
  try {
    await withTimeout(
      async () => {
        const steps = await listSteps(database.executor, [jobId]);
        const queued = steps.map(({ id, worker, generation }) => ({ stepId: id, worker, generation }));
        await removeFlow(queues, queued, log);
      },
      { ms: limitMs, what: 'taking the steps out of the queue' },
    );
  } catch (error) {
    log.warn({ err: error, jobId }, 'The steps of a job that is over stay in the queue');
  }
}
