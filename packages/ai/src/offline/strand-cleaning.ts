import type { Strand } from './strand.ts';

export interface CleaningOptions {
  readonly width: number;
  readonly height: number;
  /** Connected pieces with less line than this, in pixels, are specks. */
  readonly minPiece: number;
  /** The most line a page gets, in pixels: the strongest pieces win. */
  readonly maxLine: number;
  /** Open ends are joined over gaps up to this many pixels. */
  readonly maxGap: number;
}

/** From what was found to what is drawn: no specks, not too much, gaps joined, smooth. */
export function cleanStrands(strands: readonly Strand[], options: CleaningOptions): readonly Strand[] {
  const chosen = strongestPieces(strands, options);
  return [...chosen.map(smoothed), ...bridges(chosen, options)];
}

/** Points along the strand, in pixels: steps are one pixel or a diagonal. */
export function lengthOf(strand: Strand): number {
  return strand.x.length;
}

function strongestPieces(strands: readonly Strand[], options: CleaningOptions): readonly Strand[] {
  const pieces = new Map<number, Strand[]>();
  for (const strand of strands) {
    const piece = pieces.get(strand.group);
    if (piece === undefined) pieces.set(strand.group, [strand]);
    else piece.push(strand);
  }
  const ranked = [...pieces.values()]
    .map((piece) => {
      const length = piece.reduce((sum, strand) => sum + lengthOf(strand), 0);
      const strength = piece.reduce((sum, strand) => sum + strand.strength * lengthOf(strand), 0) / length;
      return { piece, length, needed: minLength(piece), rank: strength * Math.sqrt(Math.min(length, 400)) };
    })
    .filter(({ length, needed }) => length >= needed)
    .sort((one, other) => other.rank - one.rank);
  const chosen: Strand[] = [];
  let line = 0;
  for (const { piece, length } of ranked) {
    if (line > 0 && line + length > options.maxLine) continue;
    line += length;
    chosen.push(...piece);
  }
  return chosen;

  /** A lone stroke encloses nothing: it has to be longer than a ring or a branching piece to be worth its ink. */
  function minLength(piece: readonly Strand[]): number {
    const lone = piece.length === 1 && piece[0].openStart && piece[0].openEnd;
    return (lone ? 1.6 : 1) * options.minPiece;
  }
}

/** Joins each open end to the nearest line that lies ahead of it, or to the border, so that areas close. */
function bridges(strands: readonly Strand[], options: CleaningOptions): readonly Strand[] {
  const { width, height, maxGap } = options;
  const owner = new Int32Array(width * height).fill(-1);
  const place = new Int32Array(width * height);
  strands.forEach((strand, number) => {
    for (let index = 0; index < strand.x.length; index += 1) {
      const pixel = strand.y[index] * width + strand.x[index];
      owner[pixel] = number;
      place[pixel] = index;
    }
  });
  return strands.flatMap((strand, number) => {
    const ends: Strand[] = [];
    if (strand.openStart) ends.push(...bridge(strand, number, 0));
    if (strand.openEnd) ends.push(...bridge(strand, number, strand.x.length - 1));
    return ends;
  });

  function bridge(strand: Strand, number: number, end: number): readonly Strand[] {
    const x = strand.x[end];
    const y = strand.y[end];
    const back = end === 0 ? Math.min(8, strand.x.length - 1) : Math.max(0, end - 8);
    const run = Math.hypot(x - strand.x[back], y - strand.y[back]) || 1;
    const headingX = (x - strand.x[back]) / run;
    const headingY = (y - strand.y[back]) / run;
    let best: { readonly x: number; readonly y: number; readonly cost: number } | undefined;
    const toBorder = [
      { x: 0, y },
      { x: width - 1, y },
      { x, y: 0 },
      { x, y: height - 1 },
    ];
    for (const target of toBorder) consider(target.x, target.y, 0.3);
    for (let ty = Math.max(0, y - maxGap); ty <= Math.min(height - 1, y + maxGap); ty += 1) {
      for (let tx = Math.max(0, x - maxGap); tx <= Math.min(width - 1, x + maxGap); tx += 1) {
        const other = owner[ty * width + tx];
        if (other < 0) continue;
        if (other === number && Math.abs(place[ty * width + tx] - end) < 3 * maxGap) continue;
        consider(tx, ty, 0.5);
      }
    }
    if (best === undefined) return [];
    return [straight(x, y, best.x, best.y, strand)];

    function consider(tx: number, ty: number, minCosine: number): void {
      const distance = Math.hypot(tx - x, ty - y);
      if (distance > maxGap || distance < 1) return;
      const cosine = ((tx - x) * headingX + (ty - y) * headingY) / distance;
      if (cosine < minCosine) return;
      const cost = distance * (2 - cosine);
      if (best === undefined || cost < best.cost) best = { x: tx, y: ty, cost };
    }
  }
}

function straight(x: number, y: number, toX: number, toY: number, like: Strand): Strand {
  return {
    ...like,
    x: Float64Array.of(x, toX),
    y: Float64Array.of(y, toY),
    closed: false,
    openStart: false,
    openEnd: false,
  };
}

/** Takes the pixel stairs out of a line: eight rounds of averaging with both neighbours; ends stay where they are. */
function smoothed(strand: Strand): Strand {
  return { ...strand, x: averaged(strand.x, strand.closed), y: averaged(strand.y, strand.closed) };
}

function averaged(values: Float64Array, closed: boolean): Float64Array {
  let current = values;
  const count = values.length;
  for (let round = 0; round < 8; round += 1) {
    const next = current.slice();
    const first = closed ? 0 : 1;
    const last = closed ? count : count - 1;
    for (let index = first; index < last; index += 1) {
      const before = current[(index + count - 1) % count];
      const after = current[(index + 1) % count];
      next[index] = 0.25 * before + 0.5 * current[index] + 0.25 * after;
    }
    current = next;
  }
  return current;
}
