import { PressroomError } from '@pressroom/domain';
import type { ImageStage } from '../image-run.ts';

/** Makes sure that the stored bytes are there and are the uploaded ones. */
export const fetchOriginal: ImageStage = async (run) => {
  const asset = await run.findAsset(run.accountId, run.assetId);
  if (asset === undefined) {
    throw new PressroomError('asset-missing', `There is no asset ${run.assetId} in this account`);
  }
  await run.original.read(asset);
  const { storageKey, bytes, sha256, mediaType } = asset;
  return { asset: { storageKey, bytes, sha256, mediaType } };
};
