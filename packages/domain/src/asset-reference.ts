/** What a step refers to when it names stored bytes. */
export interface AssetReference {
  readonly assetId: string;
  readonly storageKey: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
}
