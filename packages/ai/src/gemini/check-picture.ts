import { type GeneratedPicture, PressroomError } from '@pressroom/domain';
import sharp from 'sharp';

/** A picture model's largest output today is 4096 × 4096. */
const maxPixels = 4096 * 4096;
const minEdge = 64;

const mediaTypes = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' } as const;

export type CheckedPicture = Pick<GeneratedPicture, 'mediaType' | 'width' | 'height'>;

/**
 * What the bytes really are, after decoding every pixel: the declared type is not believed, and a picture that ends early is
 * found here and not on the page. Throws `provider-malformed-answer`.
 */
export async function checkPicture(bytes: Uint8Array): Promise<CheckedPicture> {
  const { format, width, height } = await decode(bytes);
  const mediaType = mediaTypes[format as keyof typeof mediaTypes];
  if (mediaType === undefined) {
    throw new PressroomError(
      'provider-malformed-answer',
      'Gemini sent a picture of a type that is not used',
      {
        facts: { format },
      },
    );
  }
  if (Math.min(width, height) < minEdge) {
    throw new PressroomError(
      'provider-malformed-answer',
      'Gemini sent a picture that is too small to print',
      {
        facts: { width, height },
      },
    );
  }
  return { mediaType, width, height };
}

async function decode(bytes: Uint8Array): Promise<{ format: string; width: number; height: number }> {
  try {
    const source = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' });
    const { format, width, height } = await source.metadata();
    await source.stats();
    return { format, width, height };
  } catch (cause) {
    throw new PressroomError('provider-malformed-answer', 'Gemini sent a picture that cannot be decoded', {
      cause,
    });
  }
}
