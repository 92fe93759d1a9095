import { endLostCalls } from '@pressroom/database';
import type { MaintenanceTask, Resources } from '@pressroom/process';

const callsPerStatement = 500;

/** Calls of models whose processes died are given up even when nobody calls their model again. */
export function createLostCallsTask({ database }: Pick<Resources, 'database'>): MaintenanceTask {
  return {
    name: 'lost-calls',
    everyMs: 60_000,
    limitMs: 30_000,
    run: async ({ signal }) => {
      let lost = 0;
      for (let isOpen = true; isOpen && !signal.aborted; ) {
        const count = await endLostCalls(database.executor, { limit: callsPerStatement });
        lost += count;
        isOpen = count === callsPerStatement;
      }
      return { found: lost, fixed: lost };
    },
  };
}
