import { expireWorkers } from '@pressroom/database';
import { forgottenSeconds, type MaintenanceTask, type Resources } from '@pressroom/process';

export function createSilentWorkersTask({ database }: Pick<Resources, 'database'>): MaintenanceTask {
  return {
    name: 'silent-workers',
    everyMs: 60_000,
    limitMs: 30_000,
    run: async () => {
      const expired = await expireWorkers(database.executor, forgottenSeconds);
      return { found: expired, fixed: expired };
    },
  };
}
