import type { Log } from '@pressroom/domain';
import type { QueueBackend } from './backend.ts';
import { queueJobId } from './flow.ts';

/**
 * Takes the steps of a settled job out of the queues. Best effort: an active one ends by itself when it finds its lease gone, and
 * one that stays behind is refused when it is claimed.
 */
export async function removeFlow(
  backend: QueueBackend,
  job: {
    generation: number;
    steps: readonly { stepId: string; worker: Parameters<QueueBackend['queue']>[0] }[];
  },
  log: Log,
): Promise<void> {
  // Parents first: a child's removal would otherwise make its parent ready to run.
  for (const step of job.steps.toReversed()) {
    try {
      await backend
        .queue(step.worker)
        .remove(queueJobId(step.stepId, job.generation), { removeChildren: false });
    } catch (error) {
      log.debug(
        { err: error, stepId: step.stepId },
        'A step of a settled job stays in its queue until it is delivered',
      );
    }
  }
}
