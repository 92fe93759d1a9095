import { type EdgeFlow, smoothAlongFlow } from './edge-flow.ts';
import { type LabPicture, labChannels } from './lab-picture.ts';
import { emptyPlane, gaussianBlur, type Plane } from './plane.ts';

export interface LineResponseOptions {
  /** Width of the inner Gaussian in pixels: half the width of the lines that are found. */
  readonly sigma: number;
  /** How far responses are averaged along the edge, in pixels. */
  readonly flowSigma: number;
  /** Weight of the two colour channels against lightness: edges between equally light colours count too. */
  readonly colourWeight: number;
}

/**
 * How much ink a pixel asks for, 0 for none: the flow-based difference of Gaussians (Winnemöller: XDoG, 2011;
 * Winnemöller, Kyprianidis, Olsen: XDoG, An eXtended difference-of-Gaussians compendium, 2012), in units of L*.
 *
 * The isotropic difference is taken per channel and then averaged along the edge flow. A colour channel counts with the
 * sign that puts its ink on the same side of the edge as lightness, so that no edge is drawn twice.
 */
export function lineResponse(picture: LabPicture, flow: EdgeFlow, options: LineResponseOptions): Plane {
  const { width, height } = picture.lightness;
  const narrow = labChannels(picture).map((plane) => gaussianBlur(plane, options.sigma));
  const wide = narrow.map((plane) => gaussianBlur(plane, Math.sqrt(1.6 ** 2 - 1) * options.sigma));
  const ink = emptyPlane(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      const difference = wide[0].data[pixel] - narrow[0].data[pixel];
      if (isFlat(narrow, wide, pixel)) continue;
      const step = stepAcross(narrow[0], flow, x, y);
      let sum = difference;
      for (let channel = 1; channel <= 2; channel += 1) {
        const colourDifference = wide[channel].data[pixel] - narrow[channel].data[pixel];
        const sign = step * stepAcross(narrow[channel], flow, x, y) < 0 ? -1 : 1;
        sum += options.colourWeight * sign * colourDifference;
      }
      ink.data[pixel] = sum;
    }
  }
  const smoothed = smoothAlongFlow(ink, flow, options.flowSigma, 0.04);
  for (let pixel = 0; pixel < smoothed.data.length; pixel += 1) {
    smoothed.data[pixel] = Math.max(0, smoothed.data[pixel]);
  }
  return smoothed;
}

/** Most of a photo asks for no ink in any channel. */
function isFlat(narrow: readonly Plane[], wide: readonly Plane[], pixel: number): boolean {
  return (
    Math.abs(wide[0].data[pixel] - narrow[0].data[pixel]) < 0.03 &&
    Math.abs(wide[1].data[pixel] - narrow[1].data[pixel]) < 0.03 &&
    Math.abs(wide[2].data[pixel] - narrow[2].data[pixel]) < 0.03
  );
}

/** The difference of a plane over two pixels to either side of an edge. */
function stepAcross(plane: Plane, flow: EdgeFlow, x: number, y: number): number {
  const pixel = y * plane.width + x;
  const normalX = -2 * flow.tangentY.data[pixel];
  const normalY = 2 * flow.tangentX.data[pixel];
  return sampleAt(plane, x + normalX, y + normalY) - sampleAt(plane, x - normalX, y - normalY);
}

function sampleAt({ width, height, data }: Plane, x: number, y: number): number {
  const column = Math.max(0, Math.min(width - 1, Math.round(x)));
  const line = Math.max(0, Math.min(height - 1, Math.round(y)));
  return data[line * width + column];
}
