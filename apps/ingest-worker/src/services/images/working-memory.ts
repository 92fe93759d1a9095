import type { ImageFacts } from '@pressroom/images';

const mebibyte = 1024 * 1024;

/** The normalised picture, its thumbnail, the encoders and a decoder's lines. */
const anyPictureBytes = 48 * mebibyte;
/** A drawing is drawn at the normalised size whatever its own, by a process of its own. */
const drawingBytes = 192 * mebibyte;

/**
 * An estimate, from the header, of what decoding and normalising a picture takes beside its file. The figures are peaks of
 * resident memory measured on pictures of 25 megapixels (HEIC: 12), rounded up: decision 9.
 */
export function workingMemoryOf(facts: ImageFacts): number {
  const pixels = facts.storedWidth * facts.storedHeight;
  return (
    facts.bytes + anyPictureBytes + (facts.format === 'svg' ? drawingBytes : pixels * bytesOfPixel(facts))
  );
}

function bytesOfPixel({ format, channels, bitDepth, isProgressive }: ImageFacts): number {
  const decoded = (channels * bitDepth) / 8;
  switch (format) {
    case 'jpeg':
      // Line by line, or two bytes for each coefficient of the whole picture. What was saved before this was known counts as the latter.
      return isProgressive === false ? 0.5 : 2 * channels;
    case 'png':
      return isProgressive === false ? 0.5 : 1.1 * decoded;
    case 'tiff':
      // One strip may hold the whole picture.
      return decoded;
    case 'webp':
      // Lossless, the whole picture is in memory.
      return 4;
    case 'gif':
      return 4.5;
    case 'avif':
      return 18;
    case 'heic':
      return 12;
    case 'svg':
      return 0;
  }
}
