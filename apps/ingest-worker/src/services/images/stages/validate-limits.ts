import { checkImageLimits } from '@pressroom/images';
import { type ImageStage, required } from '../image-run.ts';

/** Refuses what is declared too large before anything of it is decoded. */
export const validateLimits: ImageStage = async (run, data) => {
  checkImageLimits(required(data, 'facts'), run.limits);
  return {};
};
