import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AssetReference, type AssetStore, PressroomError } from '@pressroom/domain';

/**
 * Copies stored bytes to a local file, as a stream.
 *
 * @throws `asset-missing`, `storage-unavailable`; `asset-altered` when they are not the bytes that were stored.
 */
export async function spoolBlob(
  store: AssetStore,
  reference: AssetReference,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      // No more than was promised is written to the disk.
      if (bytes > reference.bytes) done(altered(reference));
      else done(null, chunk);
    },
  });
  await pipeline(await store.get(reference.storageKey, { signal }), watch, createWriteStream(path), {
    signal,
  });
  if (hash.digest('hex') !== reference.sha256) throw altered(reference);
}

function altered({ assetId }: AssetReference): PressroomError {
  return new PressroomError(
    'asset-altered',
    `The stored bytes of asset ${assetId} are not those that were made`,
  );
}
