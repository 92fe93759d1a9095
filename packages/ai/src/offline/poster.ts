import { absorbSpecks } from './absorb-specks.ts';
import { choosePalette, type LabColour, nearestColourTable } from './colour-palette.ts';
import { contourLines } from './contour-lines.ts';
import { smoothKeepingEdges } from './edge-preserving-smoothing.ts';
import { enlargedRow } from './enlarged-row.ts';
import { type LabPicture, labToRgb, levelledLightness, toLab } from './lab-picture.ts';
import { quantile, type RgbPicture } from './plane.ts';
import { encodePalettePng } from './png-encoder.ts';
import type { RenderedStyle } from './rendered-style.ts';
import { blankSheet, drawStrands } from './stroke-raster.ts';

const colourCount = 9;
/** Steps of ink between a colour and the outline. */
const inkSteps = 4;

/**
 * A screen-print poster: areas of few, strong colours with dark outlines. Edge-preserving smoothing, k-means in
 * L*a*b*, contours drawn over it. The result has at most 180 colours (the areas, their mixtures at borders, and ink),
 * so it fits a palette.
 */
export function renderPoster(picture: RgbPicture, longEdge: number): RenderedStyle {
  const scale = longEdge / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const lab = brightened(toLab(picture));
  const unit = Math.max(picture.width, picture.height) / 1024;
  const smooth = smoothKeepingEdges(lab, { scale: 2 * unit, reach: 14 * unit, contrast: 14, rounds: 2 });
  const palette = choosePalette(smooth, colourCount);
  const areas = assignAreas(smooth, palette, width, height);
  absorbSpecks(areas, width, 130 * (longEdge / 2048) ** 2);
  const sheet = blankSheet(width, height);
  const lineWidth = longEdge / 520;
  drawStrands(sheet, contourLines(lab, { detail: 0.25 }), {
    scale,
    offset: 0,
    widthOf: (strand) => lineWidth * Math.min(1.8, 0.6 + 0.3 * strand.strength),
  });
  const inks = new PosterInks(palette.map(strengthened));
  const indices = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      const ink = Math.round((sheet.ink[pixel] / 255) * inkSteps);
      indices[pixel] = ink > 0 ? inks.inked(areas[pixel], ink) : borderMix(areas, width, height, x, y, inks);
    }
  }
  return { png: encodePalettePng({ width, height, indices }, inks.colours), width, height };
}

/** Half way to levelled light, a dark photo further: it keeps its mood and still shows something on paper. */
function brightened(picture: LabPicture): LabPicture {
  const levelled = levelledLightness(picture.lightness);
  const share = Math.min(0.85, Math.max(0.5, 1 - 0.02 * quantile(picture.lightness, 0.5)));
  const data = picture.lightness.data.map((value, pixel) => value + share * (levelled.data[pixel] - value));
  return { ...picture, lightness: { ...levelled, data } };
}

function assignAreas(
  smooth: LabPicture,
  palette: readonly LabColour[],
  width: number,
  height: number,
): Uint8Array {
  const nearest = nearestColourTable(palette);
  const areas = new Uint8Array(width * height);
  const l = new Float32Array(width);
  const a = new Float32Array(width);
  const b = new Float32Array(width);
  for (let y = 0; y < height; y += 1) {
    enlargedRow(smooth.lightness, (y + 0.5) / height, l);
    enlargedRow(smooth.a, (y + 0.5) / height, a);
    enlargedRow(smooth.b, (y + 0.5) / height, b);
    for (let x = 0; x < width; x += 1) areas[y * width + x] = nearest(l[x], a[x], b[x]);
  }
  return areas;
}

/** At the border of two areas a pixel takes a share of the other one by its count in the 3 × 3 around it: no stairs. */
function borderMix(
  areas: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  inks: PosterInks,
): number {
  const own = areas[y * width + x];
  if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return own;
  let other = own;
  let count = 0;
  for (let dy = -1; dy <= 1; dy += 1) {
    for (let dx = -1; dx <= 1; dx += 1) {
      const near = areas[(y + dy) * width + x + dx];
      if (near === own) continue;
      if (other === own) other = near;
      if (near === other) count += 1;
    }
  }
  return count < 2 ? own : inks.mixed(own, other, count >= 4);
}

/** Hands out palette places: the areas first, mixtures and inked colours as they are asked for. */
class PosterInks {
  readonly colours: (readonly [number, number, number])[];
  readonly #areas: readonly LabColour[];
  readonly #places = new Map<number, number>();

  constructor(areas: readonly LabColour[]) {
    this.#areas = areas;
    this.colours = areas.map(({ lightness, a, b }) => labToRgb(lightness, a, b));
  }

  inked(area: number, step: number): number {
    const paper = this.#areas[area];
    const share = step / inkSteps;
    const ink: LabColour = { lightness: 12, a: paper.a * 0.15, b: paper.b * 0.15 - 3 };
    return this.#place(1_000 + area * 10 + step, paper, ink, share);
  }

  mixed(own: number, other: number, half: boolean): number {
    const key = half
      ? 10_000 + Math.min(own, other) * 100 + Math.max(own, other)
      : 20_000 + own * 100 + other;
    return this.#place(key, this.#areas[own], this.#areas[other], half ? 0.5 : 0.25);
  }

  #place(key: number, from: LabColour, to: LabColour, share: number): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.colours.length;
    this.colours.push(
      labToRgb(
        from.lightness + share * (to.lightness - from.lightness),
        from.a + share * (to.a - from.a),
        from.b + share * (to.b - from.b),
      ),
    );
    this.#places.set(key, place);
    return place;
  }
}

/** Print inks are stronger than photos: a third more colour, and lightness spread a little from the middle. */
function strengthened({ lightness, a, b }: LabColour): LabColour {
  return { lightness: Math.max(4, Math.min(98, 52 + 1.15 * (lightness - 50))), a: 1.35 * a, b: 1.35 * b };
}
