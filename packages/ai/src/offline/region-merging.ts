import { type RegionMap, rootOf } from './first-regions.ts';
import { type LabPicture, labChannels } from './lab-picture.ts';
import type { Mask } from './line-mask.ts';

export interface MergingOptions {
  /** Half the distance in pixels over which the contrast of a border is measured. */
  readonly reach: number;
  /** L*a*b* units: where a border is fainter than this in the picture as it is seen, it does not count. */
  readonly leastStep: number;
  /** Squared L*a*b* units times pixels: what a pixel of border has to be worth to be kept. */
  readonly worth: number;
  /** Area by border, in pixels: regions deeper than this are worth no more, so that no faint border lasts for its size. */
  readonly maxDepth: number;
  /** Regions of fewer pixels are too small to colour and are always joined. */
  readonly minSize: number;
  /** Borders are given up, the least worth first, until they are no longer than this, in pixels. */
  readonly maxBorder: number;
}

interface Border {
  readonly one: number;
  readonly other: number;
  /** Pixels along it, and the sum of the steps in L*, a*, b* from the one side to the other: texture cancels out in it. */
  length: number;
  l: number;
  a: number;
  b: number;
}

interface Candidate {
  readonly border: Border;
  readonly cost: number;
}

/**
 * Takes away borders, the least worth first, and gives back those that stay, one pixel wide. This is region merging after
 * Mumford and Shah (Koepfler, Lopez, Morel: A multiscale algorithm for image segmentation by variational method, 1994),
 * with the contrast seen at the border in place of the difference of the means: a sky that pales keeps no border.
 */
export function lastingBorders(
  regions: RegionMap,
  pictures: { readonly smooth: LabPicture; readonly seen: LabPicture },
  options: MergingOptions,
): Mask {
  const parent = Int32Array.from({ length: regions.count }, (_, region) => region);
  const size = new Int32Array(regions.count);
  for (const region of regions.data) size[region] += 1;
  const around = findBorders(regions, pictures, options);
  const queue = new CandidateQueue();
  let total = 0;
  for (const [one, borders] of around.entries()) {
    for (const border of borders.values()) {
      if (border.one !== one) continue;
      total += border.length;
      queue.push({ border, cost: costOf(border) });
    }
  }
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { border, cost } = next;
    if (around[border.one].get(border.other) !== border || costOf(border) !== cost) continue;
    if (cost >= options.worth && total <= options.maxBorder) break;
    total -= border.length;
    join(border);
  }
  return borderMask(regions, parent);

  function costOf({ one, other, length, l, a, b }: Border): number {
    const smaller = Math.min(size[one], size[other]);
    if (smaller < options.minSize) return (smaller - options.minSize) / options.minSize;
    const squaredStep = (l * l + a * a + b * b) / (length * length);
    const depth = (size[one] * size[other]) / (size[one] + size[other]) / length;
    return squaredStep * Math.min(depth, options.maxDepth);
  }

  function join({ one, other }: Border): void {
    const [kept, gone] = around[one].size >= around[other].size ? [one, other] : [other, one];
    parent[gone] = kept;
    size[kept] += size[gone];
    around[kept].delete(gone);
    for (const [neighbour, border] of around[gone]) {
      if (neighbour === kept) continue;
      around[neighbour].delete(gone);
      const shared = around[kept].get(neighbour);
      const joined = { one: kept, other: neighbour, length: 0, l: 0, a: 0, b: 0 };
      addBorder(joined, border, border.one === gone ? 1 : -1);
      if (shared !== undefined) addBorder(joined, shared, shared.one === kept ? 1 : -1);
      around[kept].set(neighbour, joined);
      around[neighbour].set(kept, joined);
    }
    around[gone].clear();
    for (const border of around[kept].values()) queue.push({ border, cost: costOf(border) });
  }
}

function addBorder(sum: Border, border: Border, sign: 1 | -1): void {
  sum.length += border.length;
  sum.l += sign * border.l;
  sum.a += sign * border.a;
  sum.b += sign * border.b;
}

function findBorders(
  regions: RegionMap,
  pictures: { readonly smooth: LabPicture; readonly seen: LabPicture },
  { reach, leastStep }: MergingOptions,
): Map<number, Border>[] {
  const { width, height, data } = regions;
  const [l, a, b] = labChannels(pictures.smooth).map((plane) => plane.data);
  const [seenL, seenA, seenB] = labChannels(pictures.seen).map((plane) => plane.data);
  const visible = Math.max(leastStep, 2 * medianStep());
  const around = Array.from({ length: regions.count }, () => new Map<number, Border>());
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      if (x + 1 < width && data[pixel] !== data[pixel + 1]) {
        const before = y * width + Math.max(0, x + 1 - reach);
        add(data[pixel], data[pixel + 1], before, y * width + Math.min(width - 1, x + reach));
      }
      if (y + 1 < height && data[pixel] !== data[pixel + width]) {
        const before = Math.max(0, y + 1 - reach) * width + x;
        add(data[pixel], data[pixel + width], before, Math.min(height - 1, y + reach) * width + x);
      }
    }
  }
  return around;

  function add(one: number, other: number, before: number, after: number): void {
    let border = around[one].get(other);
    if (border === undefined) {
      border = { one, other, length: 0, l: 0, a: 0, b: 0 };
      around[one].set(other, border);
      around[other].set(one, border);
    }
    border.length += 1;
    if (stepSeen(before, after) < visible) return;
    const sign = border.one === one ? 1 : -1;
    border.l += sign * (l[after] - l[before]);
    border.a += sign * (a[after] - a[before]);
    border.b += sign * (b[after] - b[before]);
  }

  function stepSeen(before: number, after: number): number {
    const stepL = seenL[after] - seenL[before];
    const stepA = seenA[after] - seenA[before];
    const stepB = seenB[after] - seenB[before];
    return Math.sqrt(stepL * stepL + stepA * stepA + stepB * stepB);
  }

  /** Over a sample of all places: a grainy picture has steps everywhere, and those are no borders. */
  function medianStep(): number {
    const steps: number[] = [];
    for (let pixel = 0; pixel + 2 * reach < data.length; pixel += 37) {
      steps.push(stepSeen(pixel, pixel + 2 * reach - 1));
    }
    return steps.sort((one, other) => one - other)[steps.length >> 1] ?? 0;
  }
}

function borderMask({ width, height, data }: RegionMap, parent: Int32Array): Mask {
  const mask = new Uint8Array(width * height);
  const region = (pixel: number) => rootOf(parent, data[pixel]);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      const own = region(pixel);
      if (x + 1 < width && own !== region(pixel + 1)) mask[pixel] = 1;
      if (y + 1 < height && own !== region(pixel + width)) mask[pixel] = 1;
    }
  }
  return { width, height, data: mask };
}

/** A binary heap, cheapest first. Entries that were overtaken stay in it and are skipped when they come up. */
class CandidateQueue {
  readonly #heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(candidate);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (heap[above].cost <= candidate.cost) break;
      heap[place] = heap[above];
      place = above;
    }
    heap[place] = candidate;
  }

  pop(): Candidate | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1].cost < heap[below].cost) below += 1;
      if (heap[below].cost >= last.cost) break;
      heap[place] = heap[below];
      place = below;
    }
    heap[place] = last;
    return first;
  }
}
