import { PressroomError } from '@pressroom/domain';
import sharp from 'sharp';
import type { ImageRun } from '../image-run.ts';
import { normalisedLongEdge } from '../picture-sizes.ts';
import { openPicture, runPipeline } from '../sharp-pipeline.ts';

/**
 * Decodes a HEIC and brings it to the normalised size at once, since its pixels would be ten times as many bytes to keep
 * between two stages. Lossless, in sRGB.
 */
export async function heicToPng(
  bytes: Buffer,
  run: Pick<ImageRun, 'heicDecoder' | 'limits' | 'signal'>,
): Promise<Awaited<ReturnType<typeof runPipeline>>> {
  const iccProfile = await readProfile(bytes);
  const tiff = await run.heicDecoder.decode(bytes as Buffer<ArrayBuffer>, {
    iccProfile,
    maxPixels: run.limits.maxPixels,
    signal: run.signal,
  });
  return runPipeline(
    openPicture(tiff, run.limits)
      .resize(normalisedLongEdge, normalisedLongEdge, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .png({ compressionLevel: 2 }),
    run.signal,
  );
}

async function readProfile(bytes: Buffer): Promise<Uint8Array | undefined> {
  try {
    const { icc } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return icc === undefined ? undefined : new Uint8Array(icc);
  } catch (error) {
    throw new PressroomError('image-corrupt', 'The header of the HEIC picture cannot be read', {
      cause: error,
    });
  }
}
