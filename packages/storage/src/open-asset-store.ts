import type { AssetStore, Log } from '@pressroom/domain';
import type { LocalStoreOptions } from './local-store.ts';
import type { S3StoreOptions } from './s3-store.ts';

export type AssetStoreOptions =
  | ({ readonly kind: 'local' } & LocalStoreOptions)
  | ({ readonly kind: 's3' } & S3StoreOptions);

/** A store that holds connections or files open until it is closed. */
export interface OpenAssetStore extends AssetStore {
  close(): Promise<void>;
}

export declare function openAssetStore(options: AssetStoreOptions, log?: Log): Promise<OpenAssetStore>;
