import { PressroomError } from '@pressroom/domain';
import type { ImageFacts } from './image-facts.ts';

/** How much of a picture is taken. Checked on what the header declares, before any pixel is decoded. */
export interface ImageLimits {
  readonly maxBytes: number;
  /** Width × height of one frame. */
  readonly maxPixels: number;
  readonly maxFrames: number;
}

export const defaultImageLimits: ImageLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxPixels: 100_000_000,
  maxFrames: 1_000,
};

/** A pixel may take this many bytes once decoded (16-bit RGBA); heavier ones count as several pixels. */
const bytesOfOrdinaryPixel = 8;

/**
 * Refuses what is declared larger than the limits. Errors thrown: `asset-empty`, `asset-too-large`,
 * `image-too-many-pixels`, `image-too-many-frames`.
 */
export function checkImageLimits(facts: ImageFacts, limits: ImageLimits): void {
  checkImageBytes(facts.bytes, limits);
  const pixels = facts.storedWidth * facts.storedHeight;
  if (pixels > limits.maxPixels) {
    throw new PressroomError(
      'image-too-many-pixels',
      `The picture is ${facts.storedWidth}×${facts.storedHeight} = ${megapixels(pixels)}; the limit is ${megapixels(limits.maxPixels)}`,
      { facts: { width: facts.storedWidth, height: facts.storedHeight, maxPixels: limits.maxPixels } },
    );
  }
  const pixelBytes = (facts.channels * facts.bitDepth) / 8;
  if (pixels * pixelBytes > limits.maxPixels * bytesOfOrdinaryPixel) {
    const heavyLimit = Math.floor((limits.maxPixels * bytesOfOrdinaryPixel) / pixelBytes);
    throw new PressroomError(
      'image-too-many-pixels',
      `The picture is ${megapixels(pixels)} of ${pixelBytes} bytes each; the limit at that depth is ${megapixels(heavyLimit)}`,
      { facts: { width: facts.storedWidth, height: facts.storedHeight, maxPixels: heavyLimit } },
    );
  }
  if (facts.frames > limits.maxFrames) {
    throw new PressroomError(
      'image-too-many-frames',
      `The picture has ${facts.frames} frames; the limit is ${limits.maxFrames}`,
      { facts: { frames: facts.frames, maxFrames: limits.maxFrames } },
    );
  }
}

/** The part of the limits that needs no header. Errors thrown: `asset-empty`, `asset-too-large`. */
export function checkImageBytes(bytes: number, limits: Pick<ImageLimits, 'maxBytes'>): void {
  if (bytes === 0) throw new PressroomError('asset-empty', 'The file has no bytes in it');
  if (bytes > limits.maxBytes) {
    throw new PressroomError(
      'asset-too-large',
      `The file has ${megabytes(bytes)}; the limit is ${megabytes(limits.maxBytes)}`,
      { facts: { bytes, maxBytes: limits.maxBytes } },
    );
  }
}

function megapixels(pixels: number): string {
  const millions = pixels / 1e6;
  return `${millions >= 10 ? Math.round(millions) : Number(millions.toPrecision(2))} megapixels`;
}

function megabytes(bytes: number): string {
  const millions = bytes / 1e6;
  return millions >= 1 ? `${Number(millions.toFixed(1))} MB` : `${bytes} bytes`;
}
