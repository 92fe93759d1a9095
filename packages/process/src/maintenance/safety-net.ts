import { listMaintenance } from '@pressroom/database';
import { defineService, type Service } from '@pressroom/runtime';
import type { Resources } from '../resources.ts';
import { createMaintenanceRunner, overdueMs } from './maintenance-runner.ts';
import { createReconcileTask } from './reconcile-task.ts';

/**
 * Reconciles when nobody else has done it for three intervals: no job waits for ever for want of a maintenance worker. It is
 * only a net: health says that the worker is missing, and what else it does is left undone.
 */
export function createSafetyNet(resources: Resources): Service {
  const { database, log } = resources;
  const runner = createMaintenanceRunner(resources);
  const task = createReconcileTask(resources);
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    try {
      const last = (await listMaintenance(database.executor)).find((run) => run.task === task.name);
      const overdue = last === undefined || last.sinceStartMs > overdueMs(task.everyMs);
      if (overdue && (await runner.run(task)) === 'done') {
        log.warn(
          { task: task.name },
          'No maintenance worker compares the queue with the record: this process did',
        );
      }
    } catch (error) {
      log.debug({ err: error }, 'Could not look whether the queue is being compared with the record');
    }
    looking = undefined;
  }

  return defineService('safety-net', {
    start: () => {
      timer = setInterval(() => {
        looking ??= look();
      }, task.everyMs);
    },
    stop: async () => {
      clearInterval(timer);
      await runner.stop();
      await looking;
    },
  });
}
