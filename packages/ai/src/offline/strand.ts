import type { Mask } from './line-mask.ts';
import type { Plane } from './plane.ts';

/** One drawn line between two ends or crossings: its points in working pixels, and how strong the edge under it is. */
export interface Strand {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly strength: number;
  /** Strands that touch share a number. */
  readonly group: number;
  readonly closed: boolean;
  /** Whether the first, and the last, point is an end in the open rather than a crossing. */
  readonly openStart: boolean;
  readonly openEnd: boolean;
}

/** Follows a one-pixel-wide skeleton from ends and crossings; what then remains are closed rings. */
export function traceStrands(skeleton: Mask, response: Plane): readonly Strand[] {
  const { width, data } = skeleton;
  const groups = groupNumbers(skeleton);
  const visited = new Uint8Array(data.length);
  const strands: Strand[] = [];
  const kinds = new Uint8Array(data.length);
  const starts: number[] = [];
  for (let pixel = 0; pixel < data.length; pixel += 1) {
    if (data[pixel] === 0) continue;
    kinds[pixel] = Math.min(3, crossingNumber(data, width, pixel));
    if (kinds[pixel] !== 2) starts.push(pixel);
  }
  for (const start of starts) {
    visited[start] = 1;
    for (const offset of neighbourOffsets(width)) {
      const next = start + offset;
      if (data[next] === 1 && kinds[next] === 2 && visited[next] === 0) {
        strands.push(toStrand(walk(start, next), false));
      }
    }
  }
  for (let pixel = 0; pixel < data.length; pixel += 1) {
    if (data[pixel] === 1 && visited[pixel] === 0) strands.push(toStrand(walk(pixel, undefined), true));
  }
  return strands;

  function walk(start: number, first: number | undefined): readonly number[] {
    const path = [start];
    visited[start] = 1;
    for (
      let pixel = first ?? unvisitedNeighbour(start);
      pixel !== undefined;
      pixel = unvisitedNeighbour(pixel)
    ) {
      path.push(pixel);
      visited[pixel] = 1;
      const crossing = neighbourOffsets(width)
        .map((offset) => (pixel as number) + offset)
        .find((near) => data[near] === 1 && kinds[near] !== 2 && !path.slice(-3).includes(near));
      if (crossing !== undefined) {
        path.push(crossing);
        break;
      }
    }
    return path;
  }

  function unvisitedNeighbour(pixel: number): number | undefined {
    for (const offset of neighbourOffsets(width)) {
      const next = pixel + offset;
      if (data[next] === 1 && visited[next] === 0 && kinds[next] === 2) return next;
    }
    return undefined;
  }

  function toStrand(path: readonly number[], ring: boolean): Strand {
    const last = path.at(-1) as number;
    const closed = ring && path.length > 8 && isNear(path[0], last, width);
    return {
      x: Float64Array.from(path, (pixel) => pixel % width),
      y: Float64Array.from(path, (pixel) => Math.floor(pixel / width)),
      strength: path.reduce((sum, pixel) => sum + response.data[pixel], 0) / path.length,
      group: groups[path[0]],
      closed,
      openStart: !closed && kinds[path[0]] < 3,
      openEnd: !closed && kinds[last] < 3,
    };
  }
}

/**
 * The skeleton without its hairs: side lines shorter than `minLength` pixels that leave a crossing and end in the open.
 * Tracing what is left runs through the former crossing, so the line has no kink there.
 */
export function withoutHairs(skeleton: Mask, strands: readonly Strand[], minLength: number): Mask {
  const data = skeleton.data.slice();
  for (const strand of strands) {
    if (strand.openStart === strand.openEnd || strand.x.length >= minLength) continue;
    const crossing = strand.openStart ? strand.x.length - 1 : 0;
    for (let index = 0; index < strand.x.length; index += 1) {
      if (index !== crossing) data[strand.y[index] * skeleton.width + strand.x[index]] = 0;
    }
  }
  return { ...skeleton, data };
}

/** Straight neighbours first, so that a walk does not cut corners and leave pixels behind. */
function neighbourOffsets(width: number): readonly number[] {
  return [1, width, -1, -width, width + 1, width - 1, -width - 1, -width + 1];
}

function isNear(a: number, b: number, width: number): boolean {
  return (
    Math.abs((a % width) - (b % width)) <= 2 && Math.abs(Math.floor(a / width) - Math.floor(b / width)) <= 2
  );
}

/** How many separate lines leave a pixel: 1 an end, 2 the middle of a line, 3 and more a crossing. */
function crossingNumber(data: Uint8Array, width: number, pixel: number): number {
  const ring = [1, width + 1, width, width - 1, -1, -width - 1, -width, -width + 1];
  let count = 0;
  for (let index = 0; index < 8; index += 1) {
    if (data[pixel + ring[index]] === 0 && data[pixel + ring[(index + 1) % 8]] === 1) count += 1;
  }
  return count;
}

function groupNumbers({ width, data }: Mask): Int32Array {
  const groups = new Int32Array(data.length);
  const frontier: number[] = [];
  let group = 0;
  for (let start = 0; start < data.length; start += 1) {
    if (data[start] === 0 || groups[start] !== 0) continue;
    group += 1;
    groups[start] = group;
    frontier.push(start);
    for (let pixel = frontier.pop(); pixel !== undefined; pixel = frontier.pop()) {
      for (const offset of neighbourOffsets(width)) {
        const next = pixel + offset;
        if (data[next] === 1 && groups[next] === 0) {
          groups[next] = group;
          frontier.push(next);
        }
      }
    }
  }
  return groups;
}
