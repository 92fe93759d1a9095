import { Readable } from 'node:stream';
import { type NewAsset, type PictureReference, storageKeys } from '@pressroom/domain';
import { type ImageRun, type ImageStage, required, type WorkPicture } from '../image-run.ts';

/** Puts both pictures under their content's own key, so a repeat writes the same blobs, and states the step's result. */
export const storePictures: ImageStage = async (run, data) => {
  const facts = required(data, 'facts');
  const [normalised, thumbnail] = await Promise.all([
    storePicture(run, required(data, 'normalised')),
    storePicture(run, required(data, 'thumbnail')),
  ]);
  const output = {
    normalised,
    thumbnail,
    source: {
      format: facts.format,
      width: facts.storedWidth,
      height: facts.storedHeight,
      frames: facts.frames,
    },
  };
  return {
    result: { output, assets: [newAsset('normalised', normalised), newAsset('thumbnail', thumbnail)] },
  };
};

async function storePicture(run: ImageRun, picture: WorkPicture): Promise<PictureReference> {
  const bytes = await run.work.read(picture.name);
  const blob = await run.store.putByContent(
    (sha256) => storageKeys.content(run.accountId, sha256),
    Readable.from([bytes], { objectMode: false }),
    { contentType: picture.mediaType, signal: run.signal },
  );
  return {
    assetId: run.ids.next('asset'),
    storageKey: blob.key,
    mediaType: picture.mediaType,
    bytes: blob.bytes,
    sha256: blob.sha256,
    width: picture.width,
    height: picture.height,
  };
}

function newAsset(role: NewAsset['role'], picture: PictureReference): NewAsset {
  return { role, ...picture };
}
