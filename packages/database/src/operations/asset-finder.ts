import type { Database } from '../connection.ts';
import { namingLosses } from '../database-loss.ts';
import { type AssetRow, findAsset } from '../repositories/assets.ts';

/**
 * Looks assets up for a running step: a database that is away must not look like a fault of the step, which would spend an
 * attempt of it. Throws `database-unavailable`.
 */
export function createAssetFinder(
  database: Database,
): (accountId: string, assetId: string) => Promise<AssetRow | undefined> {
  return (accountId, assetId) => namingLosses(() => findAsset(database.executor, accountId, assetId));
}
