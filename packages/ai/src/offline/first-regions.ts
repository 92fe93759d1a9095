import { type LabPicture, labChannels } from './lab-picture.ts';

/** One number a pixel, from 0 without gaps: which region it belongs to. */
export interface RegionMap {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly data: Int32Array;
}

export interface FirstRegionsOptions {
  /** L*a*b* units times pixels: how much more two regions may differ at their border than inside, the smaller the more. */
  readonly tolerance: number;
  /** Regions of fewer pixels are joined to a neighbour. */
  readonly minSize: number;
}

const levels = 1024;
const levelsPerUnit = 16;

/**
 * Many small regions whose borders follow the edges of the picture (Felzenszwalb, Huttenlocher: Efficient Graph-Based
 * Image Segmentation, 2004), on the grid of straight neighbours. A counting sort keeps the order, so equal pictures
 * give equal regions.
 */
export function firstRegions(picture: LabPicture, options: FirstRegionsOptions): RegionMap {
  const { width, height } = picture.lightness;
  const parent = Int32Array.from({ length: width * height }, (_, pixel) => pixel);
  const size = new Int32Array(width * height).fill(1);
  const inside = new Float32Array(width * height);
  const edges = sortedEdges(picture);
  for (let position = 0; position < edges.count; position += 1) {
    const one = rootOf(parent, edges.from[position]);
    const other = rootOf(parent, edges.to[position]);
    if (one === other) continue;
    const difference = edges.level[position] / levelsPerUnit;
    const limit = Math.min(
      inside[one] + options.tolerance / size[one],
      inside[other] + options.tolerance / size[other],
    );
    if (difference <= limit) inside[join(one, other)] = difference;
  }
  for (let position = 0; position < edges.count; position += 1) {
    const one = rootOf(parent, edges.from[position]);
    const other = rootOf(parent, edges.to[position]);
    if (one !== other && Math.min(size[one], size[other]) < options.minSize) join(one, other);
  }
  return numbered(parent, width, height);

  function join(one: number, other: number): number {
    const [kept, gone] = size[one] >= size[other] ? [one, other] : [other, one];
    parent[gone] = kept;
    size[kept] += size[gone];
    return kept;
  }
}

/** The region that stands for all of its set; halves the paths on its way. */
export function rootOf(parent: Int32Array, start: number): number {
  let node = start;
  while (parent[node] !== node) {
    parent[node] = parent[parent[node]];
    node = parent[node];
  }
  return node;
}

function numbered(parent: Int32Array, width: number, height: number): RegionMap {
  const numbers = new Int32Array(parent.length).fill(-1);
  const data = new Int32Array(parent.length);
  let count = 0;
  for (let pixel = 0; pixel < parent.length; pixel += 1) {
    const root = rootOf(parent, pixel);
    if (numbers[root] < 0) numbers[root] = count++;
    data[pixel] = numbers[root];
  }
  return { width, height, count, data };
}

/** All pairs of straight neighbours, the most alike first; among equals in the order of the pixels. */
function sortedEdges(picture: LabPicture) {
  const { width, height } = picture.lightness;
  const [l, a, b] = labChannels(picture).map(({ data }) => data);
  const pixels = width * height;
  const across = new Uint16Array(pixels).fill(levels);
  const down = new Uint16Array(pixels).fill(levels);
  const places = new Int32Array(levels + 2);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    if ((pixel + 1) % width > 0) {
      across[pixel] = levelBetween(pixel, pixel + 1);
      places[across[pixel] + 1] += 1;
    }
    if (pixel + width < pixels) {
      down[pixel] = levelBetween(pixel, pixel + width);
      places[down[pixel] + 1] += 1;
    }
  }
  for (let step = 1; step <= levels; step += 1) places[step] += places[step - 1];
  const count = places[levels];
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  const level = new Uint16Array(count);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    if (across[pixel] < levels) put(pixel, pixel + 1, across[pixel]);
    if (down[pixel] < levels) put(pixel, pixel + width, down[pixel]);
  }
  return { count, from, to, level };

  function levelBetween(one: number, other: number): number {
    const dl = l[one] - l[other];
    const da = a[one] - a[other];
    const db = b[one] - b[other];
    return Math.min(levels - 1, Math.round(levelsPerUnit * Math.sqrt(dl * dl + da * da + db * db)));
  }

  function put(one: number, other: number, own: number): void {
    const place = places[own]++;
    from[place] = one;
    to[place] = other;
    level[place] = own;
  }
}
