import { type FlowOptions, sweepEvery } from '@pressroom/queue';
import type { Resources } from './resources.ts';

/** Deliveries that the queue allows a step beside the attempts that count: waits and hand-backs are deliveries too. */
const deliveries = 1_000;

/** How steps go into the queue, whoever puts them there. */
export function flowOptions({ config, queues }: Pick<Resources, 'config' | 'queues'>): FlowOptions {
  const { keepCompletedSeconds, keepCompletedCount, keepFailedSeconds, keepFailedCount } = config.queue;
  return {
    deliveries,
    keepCompletedSeconds,
    keepCompletedCount,
    keepFailedSeconds,
    keepFailedCount,
    sweepEvery: sweepEvery[queues.kind],
  };
}
