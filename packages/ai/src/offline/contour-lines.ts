import { withoutBorderRuns } from './border-runs.ts';
import { edgeFlow } from './edge-flow.ts';
import { smoothKeepingEdges } from './edge-preserving-smoothing.ts';
import { firstRegions } from './first-regions.ts';
import { type LabPicture, labChannels, levelledLightness } from './lab-picture.ts';
import { fillPinholes, hysteresisMask, type Mask, relativeResponse } from './line-mask.ts';
import { lineResponse } from './line-response.ts';
import { inkSegment, withFarther } from './mask-joining.ts';
import { gaussianBlur, type Plane } from './plane.ts';
import { lastingBorders } from './region-merging.ts';
import type { Strand } from './strand.ts';
import { traceStrands, withoutHairs } from './strand.ts';
import { cleanStrands, lengthOf } from './strand-cleaning.ts';
import { thin } from './thinning.ts';

export interface ContourOptions {
  /** From 0 (few lines) to 1 (many): where the search starts. */
  readonly detail: number;
  /** Adds the borders of regions, which close by themselves, and leaves out short strokes with an open end. */
  readonly closed?: boolean;
}

/**
 * The contours of a picture as smooth lines in its own pixels: texture is removed, edges are found by a flow-based
 * difference of Gaussians, set in relation to their surroundings, thinned, traced and cleaned.
 *
 * The threshold adapts: a picture that gives too few lines is searched again for weaker ones, and of too many only the
 * strongest are kept. So neither an almost empty nor an almost black page comes out, as long as there is anything to draw.
 *
 * Lines found so end in the open wherever an edge fades, in foliage most of all. With `closed` the picture is also divided
 * into regions, and their borders are drawn where no line stands already.
 */
export function contourLines(picture: LabPicture, options: ContourOptions): readonly Strand[] {
  const { width, height } = picture.lightness;
  const unit = Math.max(width, height) / 1024;
  const levelled = { ...picture, lightness: levelledLightness(picture.lightness) };
  const smooth = smoothKeepingEdges(levelled, {
    scale: 2.2 * unit,
    reach: 10 * unit,
    contrast: 10,
    rounds: 2,
  });
  const flow = edgeFlow(smooth, 2.5 * unit);
  const response = lineResponse(smooth, flow, {
    sigma: Math.max(0.8, 1.6 * unit),
    flowSigma: Math.max(1.5, 5 * unit),
    colourWeight: 0.7,
  });
  const relative = relativeResponse(response, flow.coherence, 48 * unit, 0.6);
  const enough = (0.012 * width * height) / unit;
  let lines: readonly Strand[] = [];
  for (let detail = options.detail; detail <= 0.75; detail += 0.25) {
    lines = cleanLines(hysteresisMask(relative, 0.6 - 0.4 * detail, 1.5 - 1 * detail), relative, unit, {
      hair: 12 * unit,
      minPiece: (80 - 40 * detail) * unit,
    });
    if (lines.reduce((sum, line) => sum + lengthOf(line), 0) >= enough) break;
  }
  if (!options.closed) return lines;
  const drawn = { width, height, data: new Uint8Array(width * height) };
  for (const line of lines) inkLine(drawn, line);
  // Of a line and a border beside it the line is the better drawn one.
  const closing = withFarther(drawn, regionBorders(levelled, smooth, unit), Math.round(13 * unit));
  return cleanLines(closing, relative, unit, { hair: 30 * unit, minPiece: 70 * unit, border: 16 * unit });
}

/** From ink to lines: thinned, without hairs, specks and gaps, and not too many. */
function cleanLines(
  mask: Mask,
  response: Plane,
  unit: number,
  least: { readonly hair: number; readonly minPiece: number; readonly border?: number },
): readonly Strand[] {
  const { width, height } = response;
  const skeleton = thin(fillPinholes(mask, 90 * unit * unit));
  const hairless = thin(withoutHairs(skeleton, traceStrands(skeleton, response), least.hair));
  const strands = traceStrands(hairless, response);
  const inner =
    least.border === undefined ? strands : withoutBorderRuns(strands, { width, height }, least.border);
  return cleanStrands(inner, {
    width,
    height,
    minPiece: least.minPiece,
    maxLine: (0.04 * width * height) / unit,
    maxGap: Math.round(20 * unit),
  });
}

function inkLine(mask: Mask, { x, y, closed }: Strand): void {
  for (let point = closed ? 0 : 1; point < x.length; point += 1) {
    const before = (point + x.length - 1) % x.length;
    inkSegment(
      mask,
      Math.round(x[before]),
      Math.round(y[before]),
      Math.round(x[point]),
      Math.round(y[point]),
    );
  }
}

/**
 * The regions are those of the smooth picture. Whether a border is there is asked of the picture itself: smoothing along
 * rows and columns leaves steps where there is nothing to see.
 */
function regionBorders(picture: LabPicture, smooth: LabPicture, unit: number): Mask {
  const { width, height } = smooth.lightness;
  const [lightness, a, b] = labChannels(picture).map((plane) => gaussianBlur(plane, 2 * unit)) as [
    Plane,
    Plane,
    Plane,
  ];
  const regions = firstRegions(smooth, { tolerance: 60 * unit * unit, minSize: 40 * unit * unit });
  return lastingBorders(
    regions,
    { smooth, seen: { lightness, a, b } },
    {
      reach: Math.max(1, Math.round(3 * unit)),
      leastStep: 3,
      worth: 1000 * unit,
      maxDepth: 60 * unit,
      minSize: 180 * unit * unit,
      maxBorder: (0.03 * width * height) / unit,
    },
  );
}
