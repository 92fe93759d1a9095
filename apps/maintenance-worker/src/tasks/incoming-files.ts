import type { MaintenanceTask, Resources } from '@pressroom/process';

/** Uploads that were cut off, by a process that died before it could remove them. */
export function createIncomingFilesTask({ assets }: Pick<Resources, 'assets'>): MaintenanceTask {
  return {
    name: 'incoming-files',
    everyMs: 3_600_000,
    limitMs: 300_000,
    run: async () => {
      const removed = await assets.sweepIncoming();
      return { found: removed, fixed: removed };
    },
  };
}
