import { createHash } from 'node:crypto';
import {
  type AssetStore,
  type PictureReference,
  type PictureRequest,
  PressroomError,
} from '@pressroom/domain';

/** A normalised picture of 2048 px is under 13 MB even as PNG of noise. */
const maxPictureBytes = 32_000_000;

/**
 * The bytes of a normalised picture, as a provider takes them. Throws `asset-altered` when they are not the ones that
 * ingestion stored, `asset-too-large` above 32 MB, and what the store throws.
 */
export async function loadPicture(
  store: AssetStore,
  reference: PictureReference,
  signal: AbortSignal,
): Promise<PictureRequest['picture']> {
  const { mediaType } = reference;
  if (mediaType !== 'image/jpeg' && mediaType !== 'image/png') {
    throw new PressroomError('unsupported-type', `A normalised picture cannot be of type ${mediaType}`);
  }
  const bytes = await store.getBytes(reference.storageKey, { maxBytes: maxPictureBytes, signal });
  if (createHash('sha256').update(bytes).digest('hex') !== reference.sha256) {
    throw new PressroomError('asset-altered', 'The stored picture is not the one that was ingested');
  }
  return { bytes, mediaType };
}
