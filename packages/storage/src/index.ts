export { type LocalStoreOptions, openLocalStore } from './local-store.ts';
export { type AssetStoreOptions, type OpenAssetStore, openAssetStore } from './open-asset-store.ts';
export { openS3Store, type S3StoreOptions } from './s3-store.ts';
