import { listMaintenance, listWorkers } from '@pressroom/database';
import { workerTypes } from '@pressroom/domain';
import type { WorkerCount } from '@pressroom/observability';
import { aliveSeconds } from './heartbeats.ts';
import { overdueMs } from './maintenance/maintenance-runner.ts';
import { reconcileTaskName } from './maintenance/reconcile-task.ts';
import type { Resources } from './resources.ts';

const neededTypes = [...workerTypes, 'maintenance'] as const;

/** Lets health and metrics tell who works, as all processes see it. Not critical: what is accepted waits for them. */
export function watchWorkers(resources: Resources): void {
  const { config, database, health, metrics } = resources;
  const alive = () => listWorkers(database.executor, { withinSeconds: aliveSeconds });
  health.register({
    name: 'workers',
    critical: false,
    check: async () => {
      const workers = await alive();
      const missing = neededTypes.filter((type) => !workers.some((worker) => worker.type === type));
      if (missing.length > 0) {
        const consequence = missing.includes('maintenance')
          ? 'without a maintenance worker lost flows are found late and nothing is tidied up'
          : 'their steps wait';
        throw new Error(
          `No ${missing.join(', ')} worker gave a sign of life within ${aliveSeconds} s: ${consequence}`,
        );
      }
      const quiet = workers.filter(({ canary }) => canary?.state === 'quiet');
      if (quiet.length > 0) {
        throw new Error(
          `Not answered by their queue: ${quiet.map(({ process, type }) => `${type} of ${process}`).join(', ')}`,
        );
      }
      return Object.fromEntries(
        neededTypes.map((type) => [type, workers.filter((worker) => worker.type === type).length]),
      );
    },
  });
  health.register({
    name: 'reconciler',
    critical: false,
    check: async () => {
      const run = (await listMaintenance(database.executor)).find(({ task }) => task === reconcileTaskName);
      if (run === undefined) throw new Error('The queue was never compared with the record');
      const seconds = Math.round(run.sinceStartMs / 1_000);
      // The safety nets take over after one such time: this is worse.
      if (run.sinceStartMs > 2 * overdueMs(config.dispatcher.reconcileIntervalMs)) {
        throw new Error(
          `The queue was last compared with the record ${seconds} s ago: lost flows are not found`,
        );
      }
      if (run.error !== null) throw new Error(`The last comparison of queue and record failed: ${run.error}`);
      return { secondsAgo: seconds, by: run.runBy };
    },
  });
  metrics.observeWorkers(async () => {
    const counts = new Map<string, WorkerCount>();
    for (const { type, canary } of await alive()) {
      const state = canary?.state ?? 'up';
      const key = `${type} ${state}`;
      counts.set(key, { type, state, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return [...counts.values()];
  });
}
