import { and, eq, isNull } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { apiKeys } from '../schema.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export async function insertApiKey(
  executor: Executor,
  key: Pick<ApiKeyRow, 'id' | 'accountId' | 'name' | 'secretHash' | 'hint' | 'scopes'>,
): Promise<void> {
  await executor.insert(apiKeys).values(key);
}

/** The key with this hash, unless it was revoked. */
export async function findApiKey(executor: Executor, secretHash: string): Promise<ApiKeyRow | undefined> {
  const [row] = await executor
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.secretHash, secretHash), isNull(apiKeys.revokedAt)));
  return row;
}

/** False when there is no such key that was not revoked before. */
export async function revokeApiKey(executor: Executor, keyId: string, at: Date): Promise<boolean> {
  const rows = await executor
    .update(apiKeys)
    .set({ revokedAt: at })
    .where(and(eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return rows.length === 1;
}
