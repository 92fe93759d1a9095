import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type AssetReference,
  type AssetStore,
  type IdSource,
  PressroomError,
  storageKeys,
} from '@pressroom/domain';

/** A part of a report is a few hundred kilobytes; a report of fifty documents a few megabytes. */
const maxJsonBytes = 64_000_000;

/** Keeps a text by its content, so that a step that runs again leaves no orphan. */
export async function storeText(
  { store, ids }: { readonly store: AssetStore; readonly ids: IdSource },
  accountId: string,
  text: string,
  mediaType: string,
  signal: AbortSignal,
): Promise<AssetReference> {
  const blob = await store.putByContent(
    (sha256) => storageKeys.content(accountId, sha256),
    Readable.from([Buffer.from(text, 'utf8')]),
    { contentType: mediaType, maxBytes: maxJsonBytes, signal },
  );
  return {
    assetId: ids.next('asset'),
    storageKey: blob.key,
    mediaType,
    bytes: blob.bytes,
    sha256: blob.sha256,
  };
}

/** @throws PressroomError `asset-altered` when the bytes are not those that were stored, and what the store throws */
export async function loadJson(
  store: AssetStore,
  reference: AssetReference,
  signal: AbortSignal,
): Promise<unknown> {
  const bytes = await store.getBytes(reference.storageKey, { maxBytes: maxJsonBytes, signal });
  if (createHash('sha256').update(bytes).digest('hex') !== reference.sha256) {
    throw new PressroomError('asset-altered', 'A stored part of the report is not the one that was made');
  }
  return JSON.parse(bytes.toString('utf8'));
}
