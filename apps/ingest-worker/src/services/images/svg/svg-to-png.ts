import { isPressroomError, PressroomError } from '@pressroom/domain';
import {
  checkImageLimits,
  findSvgRoot,
  type ImageLimits,
  inspectImage,
  readSvgText,
  sizeOfSvg,
} from '@pressroom/images';
import type { ImageRun } from '../image-run.ts';
import { normalisedLongEdge } from '../picture-sizes.ts';
import { drawSvg } from './draw-svg.ts';
import { sanitiseSvg } from './sanitise-svg.ts';

/** A drawing has no pixels of its own: it is drawn at the normalised size, whatever size it gives itself. */
export async function svgToPng(
  bytes: Buffer,
  run: Pick<ImageRun, 'limits' | 'signal'>,
): Promise<{ readonly data: Buffer; readonly info: { readonly width: number; readonly height: number } }> {
  const source = await readSvgText(bytes);
  const root = findSvgRoot(source);
  if (root === undefined) throw new PressroomError('image-corrupt', 'The drawing has no <svg> element');
  const intrinsic = sizeOfSvg(root);
  const scale = normalisedLongEdge / Math.max(intrinsic.width, intrinsic.height);
  const rendered = {
    width: Math.max(1, Math.round(intrinsic.width * scale)),
    height: Math.max(1, Math.round(intrinsic.height * scale)),
  };
  const { text, embedded } = sanitiseSvg(source, intrinsic, rendered);
  await checkEmbedded(embedded, run.limits);
  return { data: await drawSvg(text, run.signal), info: rendered };
}

/** All of them are decoded for one page, so they share one picture's limit. */
async function checkEmbedded(pictures: readonly Buffer[], limits: ImageLimits): Promise<void> {
  let pixels = 0;
  for (const picture of pictures) {
    try {
      const facts = await inspectImage(picture, limits);
      pixels += facts.storedWidth * facts.storedHeight;
      checkImageLimits({ ...facts, storedWidth: pixels, storedHeight: 1 }, limits);
    } catch (error) {
      if (!isPressroomError(error)) throw error;
      throw new PressroomError(
        'svg-unsafe',
        `A picture inside the drawing cannot be used: ${error.message}`,
        {
          cause: error,
        },
      );
    }
  }
}
