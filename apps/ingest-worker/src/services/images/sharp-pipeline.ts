// The one place where sharp decodes pixels: its limits, its time bound, and what its errors mean.
import { PressroomError } from '@pressroom/domain';
import type { ImageLimits } from '@pressroom/images';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { isCutOff } from './is-cut-off.ts';

/** A decode that takes longer is given up; at 100 megapixels formats differ from two to twenty seconds. */
const decodeSeconds = 60;

/**
 * The first frame of a picture. `error` refuses what is cut off or broken, but lets pass the stray bytes between
 * markers that some cameras write and every viewer ignores.
 */
export function openPicture(bytes: Uint8Array, limits: Pick<ImageLimits, 'maxPixels'>): Sharp {
  return sharp(bytes, {
    failOn: 'error',
    limitInputPixels: limits.maxPixels,
    sequentialRead: true,
  }).timeout({ seconds: decodeSeconds });
}

/**
 * Runs a pipeline into memory. An abort rejects at once with the signal's reason; libvips cannot be interrupted from
 * outside and ends by itself, at the latest after the time bound. Errors thrown: `image-corrupt`, `image-too-complex`,
 * `unsupported-type`, `image-too-many-pixels`.
 *
 * @param source The picture's file, for what can be told from it when libvips does not say what is wrong: its messages are one
 *   list a process, and a picture that ends at the same time takes this one's away ("Unknown error").
 */
export async function runPipeline(
  pipeline: Sharp,
  signal: AbortSignal,
  source?: Uint8Array,
): Promise<{ readonly data: Buffer; readonly info: OutputInfo }> {
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      pipeline.destroy();
      reject(signal.reason);
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([pipeline.toBuffer({ resolveWithObject: true }), aborted]);
  } catch (error) {
    signal.throwIfAborted();
    throw asPictureError(error, source);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function asPictureError(error: unknown, source: Uint8Array | undefined): PressroomError {
  const text = String((error as { message?: unknown } | null)?.message ?? error);
  if (/\btimeout\b/i.test(text)) {
    return new PressroomError(
      'image-too-complex',
      `The picture could not be read within ${decodeSeconds} seconds`,
      { cause: error },
    );
  }
  if (/exceeds pixel limit/i.test(text)) {
    return new PressroomError('image-too-many-pixels', 'The picture has more pixels than its header says', {
      cause: error,
    });
  }
  if (/not configured|not supported|unsupported/i.test(text)) {
    return new PressroomError(
      'unsupported-type',
      'The picture uses a variant of its format (compression or pixel type) that cannot be read here',
      { cause: error },
    );
  }
  if (
    /premature|unexpected end|truncated|ran out of|end of (data|file)/i.test(text) ||
    (source !== undefined && isCutOff(source))
  ) {
    return new PressroomError(
      'image-corrupt',
      'The picture is cut off: its data ends before the picture does',
      {
        cause: error,
      },
    );
  }
  return new PressroomError('image-corrupt', 'The picture is damaged: its pixels cannot be decoded', {
    cause: error,
  });
}
