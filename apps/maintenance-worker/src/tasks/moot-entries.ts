import { findMootEntries } from '@pressroom/database';
import type { MaintenanceTask, Resources } from '@pressroom/process';
import { sweepEntries } from '@pressroom/queue';

/** Milliseconds after which a step that has ended is expected to have left the queue by itself. */
const settledMs = 60_000;

export function createMootEntriesTask({
  database,
  queues,
}: Pick<Resources, 'database' | 'queues'>): MaintenanceTask {
  return {
    name: 'moot-entries',
    everyMs: 60_000,
    limitMs: 120_000,
    run: async ({ signal, log }) => {
      const swept = await sweepEntries(
        { queues, findMoot: (entries) => findMootEntries(database.executor, entries, settledMs), log },
        signal,
      );
      return { found: swept.removed, fixed: swept.removed };
    },
  };
}
