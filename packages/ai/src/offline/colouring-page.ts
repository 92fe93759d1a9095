import { contourLines } from './contour-lines.ts';
import { toLab } from './lab-picture.ts';
import type { RgbPicture } from './plane.ts';
import { encodeGreyPng } from './png-encoder.ts';
import type { RenderedStyle } from './rendered-style.ts';
import { blankSheet, clearMargin, drawFrame, drawStrands } from './stroke-raster.ts';

/**
 * A page to colour: clean outlines on white, a thin frame that closes the areas at the border, a white margin.
 * The lines are found at the size of `picture` and drawn at `longEdge` pixels, so they print without stairs whatever the
 * size of the photo.
 */
export function renderColouringPage(picture: RgbPicture, longEdge: number): RenderedStyle {
  const inset = Math.round(longEdge / 100);
  const scale = (longEdge - 2 * inset) / Math.max(picture.width, picture.height);
  const width = Math.round(picture.width * scale) + 2 * inset;
  const height = Math.round(picture.height * scale) + 2 * inset;
  const sheet = blankSheet(width, height);
  const lineWidth = longEdge / 300;
  drawStrands(sheet, contourLines(toLab(picture), { detail: 0.5, closed: true }), {
    scale,
    offset: inset,
    widthOf: (strand) => lineWidth * Math.min(1.25, 0.75 + 0.12 * strand.strength),
  });
  clearMargin(sheet, inset);
  drawFrame(sheet, inset, lineWidth);
  const indices = sheet.ink.map((ink) => 15 - Math.round(ink / 17));
  return { png: encodeGreyPng({ width, height, indices }, 4), width, height };
}
