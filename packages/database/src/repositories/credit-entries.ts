import { and, desc, lt } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { ofAccount } from '../guard.ts';
import { creditEntries } from '../schema.ts';

export type CreditEntryRow = typeof creditEntries.$inferSelect;

/** Newest first. */
export async function listCreditEntries(
  executor: Executor,
  query: { accountId: string; beforeId?: number; limit: number },
): Promise<readonly CreditEntryRow[]> {
  return await executor
    .select()
    .from(creditEntries)
    .where(
      and(
        ofAccount(creditEntries.accountId, query.accountId),
        query.beforeId === undefined ? undefined : lt(creditEntries.id, query.beforeId),
      ),
    )
    .orderBy(desc(creditEntries.accountId), desc(creditEntries.id))
    .limit(query.limit);
}
