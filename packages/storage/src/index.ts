export type { OpenAssetStore } from './closable-store.ts';
export { type LocalStoreOptions, openLocalStore } from './local-store.ts';
export { type AssetStoreOptions, openAssetStore } from './open-asset-store.ts';
export type { S3StoreOptions } from './s3-store.ts';
