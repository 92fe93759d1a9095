import { createStripeMeter } from '@pressroom/billing';
import { countUsageExports } from '@pressroom/database';
import { createReconcileTask, type MaintenanceTask, type Resources } from '@pressroom/process';
import { createExpiredLoginsTask } from './tasks/expired-logins.ts';
import { createIdempotencyKeysTask } from './tasks/idempotency-keys.ts';
import { createIncomingFilesTask } from './tasks/incoming-files.ts';
import { createJobHistoryTask } from './tasks/job-history.ts';
import { createLostCallsTask } from './tasks/lost-calls.ts';
import { createMootEntriesTask } from './tasks/moot-entries.ts';
import { createSilentWorkersTask } from './tasks/silent-workers.ts';
import { createUsageExportTask } from './tasks/usage-export.ts';
import { createWorkFilesTask } from './tasks/work-files.ts';

/** Without a key nothing is sent anywhere. */
function billingTasks({
  config,
  database,
  clock,
  log,
  random,
  metrics,
}: Resources): readonly MaintenanceTask[] {
  const { apiKey, baseUrl, tokensMeter, picturesMeter } = config.usage.stripe;
  if (apiKey === undefined) return [];
  metrics.usage.observeExports(() => countUsageExports(database.executor));
  const meter = createStripeMeter({
    apiKey,
    baseUrl,
    eventNames: { tokens: tokensMeter, pictures: picturesMeter },
  });
  return [
    createUsageExportTask({
      database,
      clock,
      log,
      random,
      meter,
      onOutcome: (outcome) => metrics.usage.exported(outcome),
    }),
  ];
}

/** Everything that is done from time to time. A new task is its file in `tasks/` and one line here. */
export function createTaskCatalog(resources: Resources): readonly MaintenanceTask[] {
  return [
    createReconcileTask(resources),
    createMootEntriesTask(resources),
    createSilentWorkersTask(resources),
    createExpiredLoginsTask(resources),
    createIdempotencyKeysTask(resources),
    createLostCallsTask(resources),
    createJobHistoryTask(resources),
    createWorkFilesTask(resources),
    createIncomingFilesTask(resources),
    ...billingTasks(resources),
  ];
}
