import type { AssetStore } from '@pressroom/domain';

/** A store that holds connections or files open until it is closed. */
export interface OpenAssetStore extends AssetStore {
  close(): Promise<void>;
}
