import { deleteExpiredLogins } from '@pressroom/database';
import type { MaintenanceTask, Resources } from '@pressroom/process';

export function createExpiredLoginsTask({ database }: Pick<Resources, 'database'>): MaintenanceTask {
  return {
    name: 'expired-logins',
    everyMs: 3_600_000,
    limitMs: 60_000,
    run: async () => {
      const deleted = await deleteExpiredLogins(database.executor);
      return { found: deleted, fixed: deleted };
    },
  };
}
