import { deleteJobHistory, type EndedAt } from '@pressroom/database';
import type { MaintenanceTask, Resources } from '@pressroom/process';

const jobsPerStatement = 200;
const statementsPerRun = 50;
const daySeconds = 86_400;

/** Walks along the jobs in the order in which they settled, and remembers how far it came. */
export function createJobHistoryTask({
  config,
  database,
}: Pick<Resources, 'config' | 'database'>): MaintenanceTask {
  const olderThanSeconds = config.retention.jobHistoryDays * daySeconds;
  return {
    name: 'job-history',
    everyMs: 3_600_000,
    limitMs: 300_000,
    run: async ({ signal, memory }) => {
      let after = memory?.['after'] as EndedAt | undefined;
      let deleted = 0;
      for (let round = 0; round < statementsPerRun && !signal.aborted; round += 1) {
        const step = await deleteJobHistory(database.executor, {
          olderThanSeconds,
          limit: jobsPerStatement,
          after,
        });
        if (step.last === undefined) break;
        after = step.last;
        deleted += step.deleted;
      }
      return { found: deleted, fixed: deleted, memory: { after } };
    },
  };
}
