import type { OpenAssetStore } from './closable-store.ts';
import { type LocalStoreOptions, openLocalStore } from './local-store.ts';
import type { S3StoreOptions } from './s3-store.ts';

export type AssetStoreOptions =
  | ({ readonly kind: 'local' } & LocalStoreOptions)
  | ({ readonly kind: 's3' } & S3StoreOptions);

/**
 * The store that the settings name: `openAssetStore(config.storage)`. The client for buckets is loaded for buckets alone: it is a
 * fifth of what a process computes to start.
 */
export async function openAssetStore(options: AssetStoreOptions): Promise<OpenAssetStore> {
  if (options.kind === 'local') return await openLocalStore(options);
  const { openS3Store } = await import('./s3-store.ts');
  return await openS3Store(options);
}
