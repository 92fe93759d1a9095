import { sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { json } from '../guard.ts';

/** An entry of a queue, by what it carries. */
export interface QueueEntry {
  readonly stepId: string;
  readonly generation: number;
}

/**
 * Those of `entries` that nobody waits for: their step has ended, is of a later generation, or is not in the record at all, and
 * its job has been left alone for `settledMs`, so that what ends just now is left to end by itself. A delivery of one would be
 * refused.
 */
export async function findMootEntries<Entry extends QueueEntry>(
  executor: Executor,
  entries: readonly Entry[],
  settledMs: number,
): Promise<readonly Entry[]> {
  if (entries.length === 0) return [];
  const asked = entries.map(({ stepId, generation }, index) => ({ stepId, generation, index }));
  const result = await executor.execute<{ index: number }>(sql`
    select entry.index from jsonb_to_recordset(${json(asked)}) as entry("stepId" text, generation integer, index integer)
    left join steps step on step.id = entry."stepId"
    where step.id is null or step.generation > entry.generation
      or step.settled_at < now() - ${settledMs} * interval '1 millisecond'`);
  return result.rows.flatMap(({ index }) => entries[index] ?? []);
}
