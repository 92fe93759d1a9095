import { contourLines } from './contour-lines.ts';
import { enlargedRow } from './enlarged-row.ts';
import { type LabPicture, levelledLightness, toLab } from './lab-picture.ts';
import { grainAt } from './paper-grain.ts';
import { emptyPlane, gaussianBlur, type Plane, type RgbPicture } from './plane.ts';
import { encodeGreyPng } from './png-encoder.ts';
import type { RenderedStyle } from './rendered-style.ts';
import { blankSheet, drawStrands } from './stroke-raster.ts';

/**
 * A drawing in pencil: contours with soft strokes, fine detail from a colour dodge of the picture with its blurred
 * inverse, shade from three directions of hatching, all on paper with a tooth. Strokes are made at the print size.
 */
export function renderPencilSketch(picture: RgbPicture, longEdge: number): RenderedStyle {
  const scale = longEdge / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const lab = toLab(picture);
  const sheet = blankSheet(width, height);
  const lineWidth = longEdge / 620;
  drawStrands(sheet, contourLines(lab, { detail: 0.5 }), {
    scale,
    offset: 0,
    widthOf: (strand) => lineWidth * Math.min(1.6, 0.7 + 0.25 * strand.strength),
  });
  const { darkness, detail } = shades(lab);
  const unit = longEdge / 2048;
  const darknessRow = new Float32Array(width);
  const detailRow = new Float32Array(width);
  const indices = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    enlargedRow(darkness, (y + 0.5) / height, darknessRow);
    enlargedRow(detail, (y + 0.5) / height, detailRow);
    for (let x = 0; x < width; x += 1) {
      const tooth = 0.55 + 0.9 * grainAt(x / (2.8 * unit), y / (2.8 * unit));
      const contour = (sheet.ink[y * width + x] / 255) * 0.75;
      const graphite = contour + 0.95 * detailRow[x] + hatching(x / unit, y / unit, darknessRow[x]);
      const paper = 1 - Math.min(0.96, graphite * tooth);
      indices[y * width + x] = greys[Math.round((greys.length - 1) * Math.max(0, Math.min(1, paper)))];
    }
  }
  return { png: encodeGreyPng({ width, height, indices }, 4), width, height };
}

/** Six greys of the sixteen: on paper the grain hides the steps, and the file is half as large as with all of them. */
const greys = Uint8Array.of(1, 4, 7, 10, 13, 15);

interface Shades {
  /** 0 for white paper to 1 for the darkest shade. */
  readonly darkness: Plane;
  /** How much darker a pixel is than its surroundings, 0 to 1. */
  readonly detail: Plane;
}

function shades(lab: LabPicture): Shades {
  const lightness = levelledLightness(lab.lightness);
  const { width, height } = lightness;
  const unit = Math.max(width, height) / 1024;
  const wide = gaussianBlur(lightness, Math.max(2, 9 * unit));
  const soft = gaussianBlur(lightness, Math.max(2, 3 * unit));
  const darkness = emptyPlane(width, height);
  const detail = emptyPlane(width, height);
  for (let pixel = 0; pixel < detail.data.length; pixel += 1) {
    darkness.data[pixel] = 1 - soft.data[pixel] / 100;
    const dodged = (lightness.data[pixel] + 6) / (wide.data[pixel] + 6);
    detail.data[pixel] = Math.min(0.8, Math.max(0, 0.96 - dodged) * 1.3);
  }
  return { darkness, detail };
}

/** Direction (radians), spacing (pixels at 2048) and the darkness from which a layer is laid. */
const layers = [
  { angle: 0.9, spacing: 9, from: 0.28, full: 0.75, weight: 0.5 },
  { angle: -0.55, spacing: 10, from: 0.52, full: 0.95, weight: 0.5 },
  { angle: 0.25, spacing: 8, from: 0.72, full: 1.05, weight: 0.55 },
].map((layer) => ({ ...layer, cosine: Math.cos(layer.angle), sine: Math.sin(layer.angle) }));

function hatching(x: number, y: number, darkness: number): number {
  let graphite = 0.1 * darkness;
  for (const { cosine, sine, spacing, from, full, weight } of layers) {
    if (darkness <= from) continue;
    const amount = Math.min(1, (darkness - from) / (full - from));
    const along = x * cosine - y * sine;
    const across = x * sine + y * cosine;
    // A hand does not draw straight: strokes wander by a third of their spacing and come and go along their way.
    const wander = spacing * 0.7 * grainAt(along / 90, across / 40);
    const stroke = (across + wander) / spacing;
    const distance = Math.abs(stroke - Math.round(stroke));
    const pressure = 0.5 + grainAt(along / 60, Math.round(stroke) * 7.3);
    const breadth = 0.18 + 0.2 * amount;
    const profile = Math.max(0, 1 - distance / breadth);
    graphite += weight * (0.35 + 0.65 * amount) * pressure * profile;
  }
  return graphite;
}
