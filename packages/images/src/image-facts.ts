export const imageFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic', 'svg'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** What a picture's header says about it. Plain JSON: it is kept between the stages of an ingest step. */
export interface ImageFacts {
  readonly format: ImageFormat;
  readonly mediaType: string;
  readonly bytes: number;
  /** Pixels as stored in the file; for AVIF and HEIC after the container's own rotation, for SVG the intrinsic size. */
  readonly storedWidth: number;
  readonly storedHeight: number;
  /** Pixels once the picture stands upright. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 1 where the container has already rotated. */
  readonly orientation: number;
  /** Frames of an animation or pages of a document; 1 for a still picture. */
  readonly frames: number;
  /** libvips' name of the stored colour space: `srgb`, `b-w`, `cmyk`, `lab`, `rgb16`, … */
  readonly colourSpace: string;
  readonly hasProfile: boolean;
  readonly hasAlpha: boolean;
  readonly channels: number;
  /** Sent in several passes over the whole picture (progressive JPEG, interlaced PNG): a decoder must hold all of it. */
  readonly isProgressive: boolean;
  /** Bits of one sample as decoded: 8, 16, 32, 64. */
  readonly bitDepth: number;
}
