import { createReconcileStore } from '@pressroom/database';
import { createReconciler, type Dispatcher } from '@pressroom/queue';
import { defineService, type Service } from '@pressroom/runtime';
import type { Resources } from './resources.ts';

/** Compares the record with the queue, from the start of the process on. Any number of processes may do it. */
export function createReconcilerService(
  resources: Resources,
  dispatcher: Pick<Dispatcher, 'nudge'>,
): Service {
  const { config, database, queues, log } = resources;
  const reconciler = createReconciler({
    store: createReconcileStore(database),
    queues,
    dispatcher,
    intervalMs: config.dispatcher.reconcileIntervalMs,
    log: log.child({ part: 'reconciler' }),
  });
  return defineService(reconciler.name, { start: () => reconciler.start(), stop: () => reconciler.stop() });
}
