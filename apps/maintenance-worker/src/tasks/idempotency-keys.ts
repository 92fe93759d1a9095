import { deleteIdempotencyKeys } from '@pressroom/database';
import type { MaintenanceTask, Resources } from '@pressroom/process';

const keysPerStatement = 5_000;
const statementsPerRun = 20;
const daySeconds = 86_400;

export function createIdempotencyKeysTask({
  config,
  database,
}: Pick<Resources, 'config' | 'database'>): MaintenanceTask {
  const olderThanSeconds = config.retention.idempotencyKeysDays * daySeconds;
  return {
    name: 'idempotency-keys',
    everyMs: 3_600_000,
    limitMs: 120_000,
    run: async ({ signal }) => {
      let deleted = 0;
      for (let round = 0; round < statementsPerRun && !signal.aborted; round += 1) {
        const count = await deleteIdempotencyKeys(database.executor, {
          olderThanSeconds,
          limit: keysPerStatement,
        });
        deleted += count;
        if (count < keysPerStatement) break;
      }
      return { found: deleted, fixed: deleted };
    },
  };
}
