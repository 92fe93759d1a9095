import { type EndedAt, listLeftoverSteps } from '@pressroom/database';
import { storageKeys } from '@pressroom/domain';
import type { MaintenanceTask, Resources } from '@pressroom/process';

const jobsPerRun = 500;
/** Seconds after the end of a job in which a worker that has lost it may still write. */
const quietSeconds = 900;

/**
 * What a step keeps between its stages is deleted by the worker that ends it. Where that one died, or the step was ended by a
 * cancel, this does it.
 */
export function createWorkFilesTask({
  database,
  assets,
}: Pick<Resources, 'database' | 'assets'>): MaintenanceTask {
  return {
    name: 'work-files',
    everyMs: 600_000,
    limitMs: 300_000,
    run: async ({ signal, memory }) => {
      let after = memory?.['after'] as EndedAt | undefined;
      const jobs = await listLeftoverSteps(database.executor, { after, quietSeconds, limit: jobsPerRun });
      let tidied = 0;
      for (const { stepIds, id, settledAt } of jobs) {
        for (const stepId of stepIds) {
          if (signal.aborted) break;
          await assets.deletePrefix(storageKeys.workPrefix(stepId));
          tidied += 1;
        }
        if (signal.aborted) break;
        after = { id, settledAt };
      }
      const found = jobs.reduce((sum, { stepIds }) => sum + stepIds.length, 0);
      return { found, fixed: tidied, memory: { after } };
    },
  };
}
