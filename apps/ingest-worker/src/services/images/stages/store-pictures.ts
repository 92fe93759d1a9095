import type { NewAsset, PictureReference } from '@pressroom/domain';
import { type ImageStage, required } from '../image-run.ts';

/** Makes the two stored pictures assets of the account, and states the step's result. */
export const storePictures: ImageStage = (run, data) => {
  const facts = required(data, 'facts');
  const normalised = { assetId: run.ids.next('asset'), ...required(data, 'normalised') };
  const thumbnail = { assetId: run.ids.next('asset'), ...required(data, 'thumbnail') };
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
  return Promise.resolve({
    result: { output, assets: [newAsset('normalised', normalised), newAsset('thumbnail', thumbnail)] },
  });
};

function newAsset(role: NewAsset['role'], picture: PictureReference): NewAsset {
  return { role, ...picture };
}
