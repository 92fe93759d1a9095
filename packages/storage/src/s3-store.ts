import type { OpenAssetStore } from './open-asset-store.ts';

export interface S3StoreOptions {
  /** Amazon's own when absent. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** The client's own credential chain when absent. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly forcePathStyle: boolean;
}

export declare function openS3Store(options: S3StoreOptions): Promise<OpenAssetStore>;
