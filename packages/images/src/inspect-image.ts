import { open } from 'node:fs/promises';
import { PressroomError } from '@pressroom/domain';
import sharp, { type Metadata } from 'sharp';
import type { ImageFacts, ImageFormat } from './image-facts.ts';
import { checkImageBytes, type ImageLimits } from './image-limits.ts';
import { type SniffedType, sniffLength, sniffMediaType } from './sniff-media-type.ts';
import { findSvgRoot, sizeOfSvg } from './svg-document.ts';
import { readSvgText } from './svg-text.ts';

/** A path of a local file, the whole file in memory, or its bytes in order (collected up to `maxBytes`). */
export type ImageSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Reads what a picture's header says; no pixel is decoded. It refuses too many bytes, but not too many pixels or frames:
 * that is `checkImageLimits`, on the facts. Errors thrown: `asset-empty`, `asset-too-large`, `unsupported-type`,
 * `image-corrupt`, `svg-unsafe`.
 */
export async function inspectImage(
  source: ImageSource,
  limits: Pick<ImageLimits, 'maxBytes'>,
): Promise<ImageFacts> {
  if (typeof source === 'string') return inspectFile(source, limits);
  const bytes = source instanceof Uint8Array ? source : await collect(source, limits);
  checkImageBytes(bytes.length, limits);
  const sniffed = await sniffMediaType(bytes.subarray(0, sniffLength));
  refuseUnsupported(sniffed);
  if (sniffed.mediaType === 'image/svg+xml') return inspectSvg(bytes);
  return readHeader(bytes, bytes.length, sniffed);
}

async function inspectFile(path: string, limits: Pick<ImageLimits, 'maxBytes'>): Promise<ImageFacts> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    checkImageBytes(size, limits);
    const head = Buffer.alloc(Math.min(size, sniffLength));
    await file.read(head, 0, head.length, 0);
    const sniffed = await sniffMediaType(head);
    refuseUnsupported(sniffed);
    // Awaited here: the file closes on return, and a rejection that comes meanwhile would have nobody to catch it.
    if (sniffed.mediaType === 'image/svg+xml') return await inspectSvg(await file.readFile());
    return await readHeader(path, size, sniffed);
  } finally {
    await file.close();
  }
}

function refuseUnsupported(sniffed: SniffedType): void {
  if (sniffed.family === 'image') return;
  throw new PressroomError(
    'unsupported-type',
    `This is ${sniffed.description}, not a picture that can be used: send JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC or SVG`,
    { facts: { mediaType: sniffed.mediaType } },
  );
}

async function inspectSvg(bytes: Uint8Array): Promise<ImageFacts> {
  const root = findSvgRoot(await readSvgText(bytes));
  if (root === undefined) throw new PressroomError('image-corrupt', 'The drawing has no <svg> element');
  const size = sizeOfSvg(root);
  return {
    format: 'svg',
    mediaType: 'image/svg+xml',
    bytes: bytes.length,
    storedWidth: size.width,
    storedHeight: size.height,
    width: size.width,
    height: size.height,
    orientation: 1,
    frames: 1,
    colourSpace: 'srgb',
    hasProfile: false,
    hasAlpha: true,
    channels: 4,
    isProgressive: false,
    bitDepth: 8,
  };
}

async function readHeader(
  source: string | Uint8Array,
  bytes: number,
  sniffed: SniffedType,
): Promise<ImageFacts> {
  const metadata = await metadataOf(source, sniffed);
  const format = formatOf(metadata, sniffed);
  if (!(metadata.width >= 1 && metadata.height >= 1)) {
    throw new PressroomError('image-corrupt', `The header of ${sniffed.description} gives no size`);
  }
  return {
    format,
    mediaType: `image/${format}`,
    bytes,
    storedWidth: metadata.width,
    storedHeight: metadata.height,
    width: metadata.autoOrient.width,
    height: metadata.autoOrient.height,
    orientation: metadata.orientation ?? 1,
    frames: metadata.pages ?? 1,
    colourSpace: metadata.space ?? 'unknown',
    hasProfile: metadata.hasProfile ?? false,
    hasAlpha: metadata.hasAlpha ?? false,
    channels: metadata.channels ?? 4,
    isProgressive: metadata.isProgressive ?? false,
    bitDepth: bitsOfSample[metadata.depth ?? 'uchar'] ?? 128,
  };
}

/** The pixel limit is switched off here because nothing is decoded, and so that the refusal can name the size found. */
async function metadataOf(source: string | Uint8Array, sniffed: SniffedType): Promise<Metadata> {
  try {
    return await sharp(source, { limitInputPixels: false, failOn: 'none' }).metadata();
  } catch (error) {
    throw new PressroomError(
      'image-corrupt',
      `The header of ${sniffed.description} cannot be read: the file is damaged or incomplete`,
      { cause: error },
    );
  }
}

function formatOf(metadata: Metadata, sniffed: SniffedType): ImageFormat {
  if (metadata.format === 'heif') return metadata.compression === 'av1' ? 'avif' : 'heic';
  const format = readFormats.find((candidate) => candidate === metadata.format);
  if (format !== undefined) return format;
  throw new PressroomError(
    'unsupported-type',
    `This is ${sniffed.description} in a variant (${metadata.format}) that cannot be used`,
  );
}

const readFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const satisfies readonly ImageFormat[];

const bitsOfSample: Readonly<Record<string, number>> = {
  uchar: 8,
  char: 8,
  ushort: 16,
  short: 16,
  uint: 32,
  int: 32,
  float: 32,
  complex: 64,
  double: 64,
  dpcomplex: 128,
};

async function collect(
  source: AsyncIterable<Uint8Array>,
  limits: Pick<ImageLimits, 'maxBytes'>,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    checkImageBytes(total, limits);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}
