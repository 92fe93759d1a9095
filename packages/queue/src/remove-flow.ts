import type { Log, WorkerType } from '@pressroom/domain';
import type { QueueBackend } from './backend.ts';
import { queueJobId } from './flow.ts';

/** A step as the queue knows it, in plan order: children before parents. */
export interface QueuedStep {
  readonly stepId: string;
  readonly worker: WorkerType;
  readonly generation: number;
}

/**
 * Takes the steps of a settled job out of the queues. Best effort: an active one ends by itself when it finds its lease gone, and
 * one that stays behind is refused when it is claimed.
 */
export async function removeFlow(
  backend: QueueBackend,
  steps: readonly QueuedStep[],
  log: Log,
): Promise<void> {
  // Parents first: a child's removal would otherwise make its parent ready to run.
  for (const step of steps.toReversed()) {
    try {
      await backend
        .queue(step.worker)
        .remove(queueJobId(step.stepId, step.generation), { removeChildren: false });
    } catch (error) {
      log.debug(
        { err: error, stepId: step.stepId },
        'A step of a settled job stays in its queue until it is delivered',
      );
    }
  }
}
