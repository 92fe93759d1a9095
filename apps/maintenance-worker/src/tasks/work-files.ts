import { type EndedAt, listLeftoverSteps } from '@pressroom/database';
import { storageKeys } from '@pressroom/domain';
import type { MaintenanceTask, Resources } from '@pressroom/process';

const stepsPerRun = 500;
/** Seconds after the end of a step in which a worker that has lost it may still write. */
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
      const steps = await listLeftoverSteps(database.executor, { after, quietSeconds, limit: stepsPerRun });
      let tidied = 0;
      for (const step of steps) {
        if (signal.aborted) break;
        await assets.deletePrefix(storageKeys.workPrefix(step.id));
        after = step;
        tidied += 1;
      }
      return { found: steps.length, fixed: tidied, memory: { after } };
    },
  };
}
