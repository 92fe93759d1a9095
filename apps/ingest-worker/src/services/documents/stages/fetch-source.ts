import { PressroomError } from '@pressroom/domain';
import type { DocumentStage } from '../document-run.ts';

/** Brings the document's bytes to this machine, and makes sure that they are the uploaded ones. */
export const fetchSource: DocumentStage = async (run) => {
  const { source } = run.input;
  if ('url' in source) throw new PressroomError('unsupported-type', 'Addresses cannot be read yet');
  const asset = await run.findAsset(run.accountId, source.assetId);
  if (asset === undefined) {
    throw new PressroomError('asset-missing', `There is no asset ${source.assetId} in this account`);
  }
  const { storageKey, bytes, sha256, mediaType } = asset;
  const received = { assetId: source.assetId, storageKey, bytes, sha256, mediaType };
  checkBytes(bytes, run.settings.limits.maxBytes);
  await run.local.path(received);
  return { source: received };
};

function checkBytes(bytes: number, maxBytes: number): void {
  if (bytes === 0) throw new PressroomError('asset-empty', 'The file has no bytes in it');
  if (bytes <= maxBytes) return;
  throw new PressroomError('asset-too-large', `The file has ${bytes} bytes; the limit is ${maxBytes}`, {
    facts: { bytes, maxBytes },
  });
}
