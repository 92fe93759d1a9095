import { and, eq, inArray } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { assets } from '../schema.ts';

export type AssetRow = typeof assets.$inferSelect;
export type NewAssetRow = typeof assets.$inferInsert;

export async function insertAsset(executor: Executor, asset: NewAssetRow): Promise<AssetRow> {
  const [row] = await executor.insert(assets).values(asset).returning();
  if (row === undefined) throw new Error(`Asset ${asset.id} was not written`);
  return row;
}

export async function findAsset(
  executor: Executor,
  accountId: string,
  assetId: string,
): Promise<AssetRow | undefined> {
  const [row] = await executor
    .select()
    .from(assets)
    .where(and(eq(assets.id, assetId), eq(assets.accountId, accountId)));
  return row;
}

/** Those of the ids that exist in the account, in no order. */
export async function findAssets(
  executor: Executor,
  accountId: string,
  assetIds: readonly string[],
): Promise<readonly AssetRow[]> {
  if (assetIds.length === 0) return [];
  return await executor
    .select()
    .from(assets)
    .where(and(eq(assets.accountId, accountId), inArray(assets.id, [...assetIds])));
}
