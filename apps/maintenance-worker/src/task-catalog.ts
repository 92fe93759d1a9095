import { createReconcileTask, type MaintenanceTask, type Resources } from '@pressroom/process';
import { createExpiredLoginsTask } from './tasks/expired-logins.ts';
import { createIdempotencyKeysTask } from './tasks/idempotency-keys.ts';
import { createIncomingFilesTask } from './tasks/incoming-files.ts';
import { createJobHistoryTask } from './tasks/job-history.ts';
import { createMootEntriesTask } from './tasks/moot-entries.ts';
import { createSilentWorkersTask } from './tasks/silent-workers.ts';
import { createWorkFilesTask } from './tasks/work-files.ts';

/** Everything that is done from time to time. A new task is its file in `tasks/` and one line here. */
export function createTaskCatalog(resources: Resources): readonly MaintenanceTask[] {
  return [
    createReconcileTask(resources),
    createMootEntriesTask(resources),
    createSilentWorkersTask(resources),
    createExpiredLoginsTask(resources),
    createIdempotencyKeysTask(resources),
    createJobHistoryTask(resources),
    createWorkFilesTask(resources),
    createIncomingFilesTask(resources),
  ];
}
