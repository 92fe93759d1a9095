import { Readable } from 'node:stream';
import { formatOfMediaType } from '@pressroom/documents';
import { PressroomError, storageKeys } from '@pressroom/domain';
import { fetchUrl, robotsPermit } from '@pressroom/web';
import type { DocumentRun, DocumentStage } from '../document-run.ts';
import type { ReceivedSource } from '../received-source.ts';

/**
 * Brings the document's bytes to this machine: uploaded ones, which are proved by their hash, or what an address gives, which
 * is kept as it came, so that a later attempt goes on with the same bytes.
 */
export const fetchSource: DocumentStage = async (run) => {
  const { source } = run.input;
  const received = 'url' in source ? await fetched(run, source) : await uploaded(run, source.assetId);
  checkBytes(received.bytes, run.settings.limits.maxBytes);
  await run.local.path(received);
  return { source: received };
};

async function uploaded(run: DocumentRun, assetId: string): Promise<ReceivedSource> {
  const asset = await run.findAsset(run.accountId, assetId);
  if (asset === undefined)
    throw new PressroomError('asset-missing', `There is no asset ${assetId} in this account`);
  const { storageKey, bytes, sha256, mediaType } = asset;
  return { assetId, storageKey, bytes, sha256, mediaType };
}

async function fetched(
  run: DocumentRun,
  { url: address, scheduled = false }: { readonly url: string; readonly scheduled?: boolean | undefined },
): Promise<ReceivedSource> {
  const { urls } = run.settings;
  const permit = scheduled ? robotsPermit(urls) : undefined;
  const { url, mediaType, body } = await fetchUrl(address, urls, run.signal, permit);
  if (formatOfMediaType(mediaType) === undefined && mediaType !== 'application/octet-stream') {
    // Never read: the connection goes with the iterator.
    await body[Symbol.asyncIterator]().return?.();
    throw new PressroomError(
      'unsupported-type',
      `The address gives ${mediaType === '' ? 'an unknown type' : mediaType}, which is no document that can be read`,
    );
  }
  const { key, bytes, sha256 } = await run.store.putByContent(
    (hash) => storageKeys.content(run.accountId, hash),
    Readable.from(body, { objectMode: false }),
    { contentType: mediaType, signal: run.signal },
  );
  return { url, storageKey: key, bytes, sha256, mediaType };
}

function checkBytes(bytes: number, maxBytes: number): void {
  if (bytes === 0) throw new PressroomError('asset-empty', 'The file has no bytes in it');
  if (bytes <= maxBytes) return;
  throw new PressroomError('asset-too-large', `The file has ${bytes} bytes; the limit is ${maxBytes}`, {
    facts: { bytes, maxBytes },
  });
}
