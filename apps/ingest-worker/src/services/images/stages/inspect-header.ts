import { inspectImage } from '@pressroom/images';
import { type ImageStage, required } from '../image-run.ts';

/** Finds out what the picture is, by content, and what its header declares. */
export const inspectHeader: ImageStage = async (run, data) => {
  const bytes = await run.original.read(required(data, 'asset'));
  return { facts: await inspectImage(bytes, run.limits) };
};
