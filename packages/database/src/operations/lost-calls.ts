import { sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';

/**
 * Gives up calls of providers that should have ended by now, whatever their model: the process that made them is gone. They count in
 * their month, as calls of which nobody knows what they took.
 *
 * @param now for tests; without it the database's own clock holds
 * @returns how many there were, at most `limit`
 */
export async function endLostCalls(
  executor: Executor,
  { limit, now }: { readonly limit: number; readonly now?: Date },
): Promise<number> {
  const { rows } = await executor.execute<{ lost: number }>(
    sql`select end_lost_calls(${limit}, ${now?.toISOString() ?? null}) as lost`,
  );
  return rows[0]?.lost ?? 0;
}
