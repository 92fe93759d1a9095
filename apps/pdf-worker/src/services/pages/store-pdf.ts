import { createReadStream } from 'node:fs';
import { type AssetReference, type AssetStore, type IdSource, reach, storageKeys } from '@pressroom/domain';

export interface PdfToStore {
  readonly accountId: string;
  readonly path: string;
  /** The longest that it may be. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Keeps a finished PDF under its own content: the same pages again are the same file. Errors thrown: those of the store. */
export async function storePdf(
  { store, ids }: { readonly store: AssetStore; readonly ids: IdSource },
  { accountId, path, maxBytes, signal }: PdfToStore,
): Promise<AssetReference> {
  const blob = await store.putByContent(
    (sha256) => storageKeys.content(accountId, sha256),
    createReadStream(path),
    { maxBytes, contentType: 'application/pdf', signal },
  );
  await reach('pdf.stored');
  return {
    assetId: ids.next('asset'),
    storageKey: blob.key,
    mediaType: 'application/pdf',
    bytes: blob.bytes,
    sha256: blob.sha256,
  };
}
