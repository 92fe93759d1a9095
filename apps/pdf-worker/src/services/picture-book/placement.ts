import type { Box } from '../pages/page-geometry.ts';

/** Below this many dots per inch a print looks coarse at reading distance. */
export const minimumDpi = 150;
/** More than this is not visible in a colour print, so it is not carried. */
export const maximumColourDpi = 300;
/** Line art keeps more: its edges are all that it has. */
export const maximumLineArtDpi = 600;
/** A small picture is set smaller to keep its sharpness, but not smaller than this share of its place. */
const smallestShare = 0.6;

export interface Placement {
  /** Points. */
  readonly width: number;
  readonly height: number;
  readonly dpi: number;
}

/** The largest size at which the picture fits and is still sharp; a tiny picture is set coarse rather than as a stamp. */
export function placePicture(
  picture: { readonly width: number; readonly height: number },
  place: Pick<Box, 'width' | 'height'>,
): Placement {
  const fitting = Math.min(place.width / picture.width, place.height / picture.height);
  const sharp = 72 / minimumDpi;
  const pointsPerPixel = Math.min(fitting, Math.max(sharp, fitting * smallestShare));
  return {
    width: picture.width * pointsPerPixel,
    height: picture.height * pointsPerPixel,
    dpi: 72 / pointsPerPixel,
  };
}

/** The part of `window` that the whole picture would have to cover to fill it: larger than it in one direction. */
export function coverWindow(picture: { readonly width: number; readonly height: number }, window: Box): Box {
  const pointsPerPixel = Math.max(window.width / picture.width, window.height / picture.height);
  const width = picture.width * pointsPerPixel;
  const height = picture.height * pointsPerPixel;
  return {
    x: window.x + (window.width - width) / 2,
    y: window.y + (window.height - height) / 2,
    width,
    height,
  };
}
