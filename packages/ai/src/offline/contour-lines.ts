import { edgeFlow } from './edge-flow.ts';
import { smoothKeepingEdges } from './edge-preserving-smoothing.ts';
import { type LabPicture, levelledLightness } from './lab-picture.ts';
import { fillPinholes, hysteresisMask, relativeResponse } from './line-mask.ts';
import { lineResponse } from './line-response.ts';
import type { Plane } from './plane.ts';
import type { Strand } from './strand.ts';
import { traceStrands, withoutHairs } from './strand.ts';
import { cleanStrands, lengthOf } from './strand-cleaning.ts';
import { thin } from './thinning.ts';

export interface ContourOptions {
  /** From 0 (few lines) to 1 (many): where the search starts. */
  readonly detail: number;
}

/**
 * The contours of a picture as smooth lines in its own pixels: texture is removed, edges are found by a flow-based
 * difference of Gaussians, set in relation to their surroundings, thinned, traced and cleaned.
 *
 * The threshold adapts: a picture that gives too few lines is searched again for weaker ones, and of too many only the
 * strongest are kept. So neither an almost empty nor an almost black page comes out, as long as there is anything to draw.
 */
export function contourLines(picture: LabPicture, options: ContourOptions): readonly Strand[] {
  const { width, height } = picture.lightness;
  const unit = Math.max(width, height) / 1024;
  const smooth = smoothKeepingEdges(
    { ...picture, lightness: levelledLightness(picture.lightness) },
    { scale: 2.2 * unit, reach: 10 * unit, contrast: 10, rounds: 2 },
  );
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
    lines = linesAbove(relative, detail, unit);
    if (lines.reduce((sum, line) => sum + lengthOf(line), 0) >= enough) break;
  }
  return lines;
}

function linesAbove(response: Plane, detail: number, unit: number): readonly Strand[] {
  const { width, height } = response;
  const mask = hysteresisMask(response, 0.6 - 0.4 * detail, 1.5 - 1 * detail);
  const skeleton = thin(fillPinholes(mask, 90 * unit * unit));
  const hairless = thin(withoutHairs(skeleton, traceStrands(skeleton, response), 12 * unit));
  return cleanStrands(traceStrands(hairless, response), {
    width,
    height,
    minPiece: (80 - 40 * detail) * unit,
    maxLine: (0.04 * width * height) / unit,
    maxGap: Math.round(20 * unit),
  });
}
