import { createReadStream } from 'node:fs';
import { type AssetStore, storageKeys, systemIds } from '@pressroom/domain';

export interface StoredPhoto {
  readonly assetId: string;
  readonly path: string;
  readonly storageKey: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: 'image/jpeg';
}

/** Puts photos where an upload would have put them. */
export async function storePhotos(
  store: AssetStore,
  accountId: string,
  paths: readonly string[],
): Promise<readonly StoredPhoto[]> {
  const photos: StoredPhoto[] = [];
  for (const path of paths) {
    const blob = await store.putByContent(
      (sha256) => storageKeys.content(accountId, sha256),
      createReadStream(path),
    );
    photos.push({
      assetId: systemIds.next('asset'),
      path,
      storageKey: blob.key,
      bytes: blob.bytes,
      sha256: blob.sha256,
      mediaType: 'image/jpeg',
    });
  }
  return photos;
}
