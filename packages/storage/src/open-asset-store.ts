import type { OpenAssetStore } from './closable-store.ts';
import { type LocalStoreOptions, openLocalStore } from './local-store.ts';
import { openS3Store, type S3StoreOptions } from './s3-store.ts';

export type AssetStoreOptions =
  | ({ readonly kind: 'local' } & LocalStoreOptions)
  | ({ readonly kind: 's3' } & S3StoreOptions);

/** The store that the settings name: `openAssetStore(config.storage)`. */
export function openAssetStore(options: AssetStoreOptions): Promise<OpenAssetStore> {
  return options.kind === 'local' ? openLocalStore(options) : openS3Store(options);
}
