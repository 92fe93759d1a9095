import { createReconcileStore } from '@pressroom/database';
import { reconcile, type Suspects } from '@pressroom/queue';
import type { Resources } from '../resources.ts';
import type { MaintenanceTask } from './maintenance-task.ts';

export const reconcileTaskName = 'reconcile';
/** More would only be looked at one pass later. */
const suspectsKept = 5_000;

/** Finds what the record waits for and the queue does not know, and has it rebuilt. */
export function createReconcileTask(
  resources: Pick<Resources, 'config' | 'database' | 'queues' | 'hints'>,
): MaintenanceTask {
  const { config, database, queues, hints } = resources;
  const store = createReconcileStore(database);
  return {
    name: reconcileTaskName,
    everyMs: config.dispatcher.reconcileIntervalMs,
    limitMs: 60_000,
    run: async ({ signal, log, memory }) => {
      const pass = await reconcile(
        {
          store,
          queues,
          quietMs: config.dispatcher.reconcileIntervalMs,
          log,
          // Dispatchers look for work when they hear that a job has settled.
          onReopened: (jobId) => hints.publishSettled(jobId),
        },
        (memory?.['suspects'] ?? {}) as Suspects,
        signal,
      );
      const suspects = Object.fromEntries(Object.entries(pass.suspects).slice(0, suspectsKept));
      return { found: pass.missing, fixed: pass.reopened, memory: { suspects } };
    },
  };
}
