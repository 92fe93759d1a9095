import type { QueueBackend } from './backend.ts';

export interface QueueCount {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed: number;
  readonly waitingChildren: number;
}

/** How many jobs each queue holds in each state, read now. */
export async function countQueues(backend: QueueBackend): Promise<readonly QueueCount[]> {
  return await Promise.all(
    backend.queues.map(async (queue) => {
      const counts = await queue.getJobCounts(
        'waiting',
        'prioritized',
        'active',
        'delayed',
        'failed',
        'completed',
        'waiting-children',
      );
      return {
        queue: queue.name,
        waiting: (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0),
        active: counts['active'] ?? 0,
        delayed: counts['delayed'] ?? 0,
        failed: counts['failed'] ?? 0,
        completed: counts['completed'] ?? 0,
        waitingChildren: counts['waiting-children'] ?? 0,
      };
    }),
  );
}
