import { PressroomError } from '@pressroom/domain';
import sharp from 'sharp';
import type { RgbPicture } from './plane.ts';

/** Normalised pictures have a long edge of 2048; anything much larger did not come through ingestion. */
const maxPixels = 4096 * 4096;
/** A strip thinner than this is set on white: no line fits into it. */
const maxAspect = 12;

/**
 * The picture as sRGB bytes with its long edge at `workingEdge`; a small photo is enlarged to at most four times its
 * size. Decoding runs in libvips' own threads. Throws `provider-refused` for bytes that are no picture.
 */
export async function decodePicture(bytes: Uint8Array, workingEdge: number): Promise<RgbPicture> {
  try {
    const source = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' });
    const { width, height } = await source.metadata();
    const edge = Math.min(workingEdge, Math.max(minWorkingEdge, 4 * Math.max(width, height)));
    const scale = edge / Math.max(width, height);
    const { data, info } = await source
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .resize({
        width: Math.max(Math.round(width * scale), Math.ceil(edge / maxAspect)),
        height: Math.max(Math.round(height * scale), Math.ceil(edge / maxAspect)),
        fit: 'contain',
        background: '#ffffff',
        kernel: 'lanczos3',
      })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: threeChannels(data, info.channels) };
  } catch (cause) {
    throw new PressroomError('provider-refused', 'The picture cannot be decoded', { cause });
  }
}

/** Enough for lines to be found in a thumbnail: it is enlarged smoothly first. */
const minWorkingEdge = 448;

/** In memory of its own, so that it can be moved to a thread instead of copied. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data);
  const pixels = data.length / channels;
  const result = new Uint8Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel += 1)
    result.fill(data[channels * pixel], 3 * pixel, 3 * pixel + 3);
  return result;
}
