import { type LabPicture, labChannels } from './lab-picture.ts';
import { emptyPlane, gaussianBlur, type Plane } from './plane.ts';

export interface SmoothingOptions {
  /** Structures smaller than about twice this many pixels vanish (grass, fur, grain); larger ones keep sharp edges. */
  readonly scale: number;
  /** How far flat areas are averaged, in pixels. */
  readonly reach: number;
  /** Differences in L*a*b* units well above this stop the averaging. */
  readonly contrast: number;
  readonly rounds: number;
}

/**
 * Removes texture and keeps edges: the rolling guidance filter (Zhang, Shen, Xu, Jia: Rolling Guidance Filter, 2014)
 * with the recursive domain transform as its joint filter (Gastal, Oliveira: Domain Transform for Edge-Aware Image
 * and Video Processing, 2011). The time is linear in the pixels, whatever the reach.
 */
export function smoothKeepingEdges(picture: LabPicture, options: SmoothingOptions): LabPicture {
  const source = labChannels(picture);
  let guide = source.map((plane) => gaussianBlur(plane, options.scale));
  for (let round = 0; round < options.rounds; round += 1) {
    const stops = edgeStops(guide, options);
    guide = source.map((plane) => ({ ...plane, data: plane.data.slice() }));
    for (let pass = 0; pass < passes; pass += 1) recursivePass(guide, stops, options.reach, pass);
  }
  const [lightness, a, b] = guide as [Plane, Plane, Plane];
  return { lightness, a, b };
}

const passes = 2;

interface EdgeStops {
  /** Domain distance from the left, and from the upper, neighbour. */
  readonly across: Float32Array;
  readonly down: Float32Array;
}

function edgeStops(guide: readonly Plane[], { reach, contrast }: SmoothingOptions): EdgeStops {
  const { width, height } = guide[0];
  const across = emptyPlane(width, height).data;
  const down = emptyPlane(width, height).data;
  const [l, a, b] = guide.map((plane) => plane.data);
  const gain = reach / contrast;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      const left = x > 0 ? pixel - 1 : pixel;
      const above = y > 0 ? pixel - width : pixel;
      across[pixel] =
        1 +
        gain * (Math.abs(l[pixel] - l[left]) + Math.abs(a[pixel] - a[left]) + Math.abs(b[pixel] - b[left]));
      down[pixel] =
        1 +
        gain *
          (Math.abs(l[pixel] - l[above]) + Math.abs(a[pixel] - a[above]) + Math.abs(b[pixel] - b[above]));
    }
  }
  return { across, down };
}

/**
 * Left, right, down, up, with a reach that halves from pass to pass so that no stripes stay. The three channels go
 * together: each recursion waits for its last value, so three at once take the time of one.
 */
function recursivePass(planes: readonly Plane[], stops: EdgeStops, reach: number, pass: number): void {
  const share = (Math.sqrt(3) * 2 ** (passes - pass - 1)) / Math.sqrt(4 ** passes - 1);
  const decay = -Math.SQRT2 / (reach * share);
  const { width, height } = planes[0];
  const [l, a, b] = planes.map((plane) => plane.data);
  const weights = new Float32Array(l.length);
  for (let pixel = 0; pixel < weights.length; pixel += 1)
    weights[pixel] = Math.exp(decay * stops.across[pixel]);
  for (let y = 0; y < height; y += 1) {
    const first = y * width;
    const last = first + width - 1;
    sweep(l, a, b, weights, first + 1, last + 1, -1);
    sweepBack(l, a, b, weights, last - 1, first - 1, 1);
  }
  for (let pixel = 0; pixel < weights.length; pixel += 1)
    weights[pixel] = Math.exp(decay * stops.down[pixel]);
  sweep(l, a, b, weights, width, l.length, -width);
  sweepBack(l, a, b, weights, l.length - width - 1, -1, width);
}

/** Each pixel from `start` up to before `end` takes its share of the neighbour at `offset`, which lies behind it. */
function sweep(
  l: Float32Array,
  a: Float32Array,
  b: Float32Array,
  weights: Float32Array,
  start: number,
  end: number,
  offset: number,
): void {
  for (let pixel = start; pixel < end; pixel += 1) {
    const weight = weights[pixel];
    const from = pixel + offset;
    l[pixel] += weight * (l[from] - l[pixel]);
    a[pixel] += weight * (a[from] - a[pixel]);
    b[pixel] += weight * (b[from] - b[pixel]);
  }
}

/** The same downwards from `start` to after `end`; the weight between two pixels is kept at the later one. */
function sweepBack(
  l: Float32Array,
  a: Float32Array,
  b: Float32Array,
  weights: Float32Array,
  start: number,
  end: number,
  offset: number,
): void {
  for (let pixel = start; pixel > end; pixel -= 1) {
    const from = pixel + offset;
    const weight = weights[from];
    l[pixel] += weight * (l[from] - l[pixel]);
    a[pixel] += weight * (a[from] - a[pixel]);
    b[pixel] += weight * (b[from] - b[pixel]);
  }
}
