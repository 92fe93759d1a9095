import { type GeneratedPicture, PressroomError } from '@pressroom/domain';
import sharp, { type Metadata, type Sharp } from 'sharp';

/** A picture that goes into a PDF as it is. */
export interface PrintReadyPicture {
  readonly bytes: Uint8Array;
  readonly mediaType: 'image/png' | 'image/jpeg';
  readonly width: number;
  readonly height: number;
}

/** 300 dpi on the long side of an A5 page and 210 dpi on A4: more only makes the book heavier. */
const maxEdge = 2480;
const maxPixels = 4096 * 4096;

/**
 * The same picture as PNG or JPEG that a page can hold: sRGB or grey, 8 bits or less, upright, without transparency. What
 * fulfils this already passes through byte for byte. Throws `provider-malformed-answer` for bytes that are no picture.
 */
export async function toPrintReady(
  picture: GeneratedPicture,
  signal: AbortSignal,
): Promise<PrintReadyPicture> {
  try {
    const source = sharp(picture.bytes, { limitInputPixels: maxPixels, failOn: 'error' });
    const metadata = await source.metadata();
    signal.throwIfAborted();
    const { format, width, height } = metadata;
    if (isPrintReady(metadata) && (format === 'png' || format === 'jpeg')) {
      return { bytes: picture.bytes, mediaType: `image/${format}`, width, height };
    }
    return await converted(source, metadata);
  } catch (cause) {
    signal.throwIfAborted();
    throw new PressroomError('provider-malformed-answer', 'The generated picture cannot be read', { cause });
  }
}

function isPrintReady(metadata: Metadata): boolean {
  return (
    !metadata.hasAlpha &&
    metadata.depth === 'uchar' &&
    (metadata.space === 'srgb' || metadata.space === 'b-w') &&
    (metadata.orientation ?? 1) === 1 &&
    !(metadata.format === 'png' && metadata.isProgressive === true) &&
    Math.max(metadata.width, metadata.height) <= maxEdge
  );
}

/** Lossless stays lossless: drawn lines do not get the halos of JPEG. */
async function converted(source: Sharp, metadata: Metadata): Promise<PrintReadyPicture> {
  const upright = source
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize({ width: maxEdge, height: maxEdge, fit: 'inside', withoutEnlargement: true });
  const lossless = metadata.format === 'png';
  const encoded = lossless ? upright.png() : upright.jpeg({ quality: 92, chromaSubsampling: '4:4:4' });
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
  return {
    bytes: data,
    mediaType: lossless ? 'image/png' : 'image/jpeg',
    width: info.width,
    height: info.height,
  };
}
