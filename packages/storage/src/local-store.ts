import type { OpenAssetStore } from './open-asset-store.ts';

export interface LocalStoreOptions {
  /** Made when it does not exist. */
  readonly folder: string;
}

export declare function openLocalStore(options: LocalStoreOptions): Promise<OpenAssetStore>;
