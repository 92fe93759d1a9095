import type { Strand } from './strand.ts';

/** How far from a point its direction is looked for, in points of the strand. */
const span = 6;
/** Lines that meet the border at less than about 25 degrees run along it. */
const parallel = Math.sin((25 * Math.PI) / 180);

interface Picture {
  readonly width: number;
  readonly height: number;
}

/**
 * Without the stretches that run along the picture's border, nearer to it than `reach` pixels. They come of vignettes, scanned
 * edges and crops, and a strip between such a line and the frame is too narrow to colour. What is left of a line that turned
 * off the border is led to it, so that its areas stay closed.
 */
export function withoutBorderRuns(
  strands: readonly Strand[],
  picture: Picture,
  reach: number,
): readonly Strand[] {
  return strands.flatMap((strand) => {
    const along = Uint8Array.from(strand.x, (_, point) =>
      runsAlongBorder(strand, point, picture, reach) ? 1 : 0,
    );
    if (!along.includes(1)) return [strand];
    return keptParts(along).flatMap(([from, to]) => cutOut(strand, from, to, picture, reach));
  });
}

function runsAlongBorder(strand: Strand, point: number, { width, height }: Picture, reach: number): boolean {
  const { x, y } = strand;
  const toSides = Math.min(x[point], width - 1 - x[point]);
  const toEnds = Math.min(y[point], height - 1 - y[point]);
  if (Math.min(toSides, toEnds) >= reach) return false;
  const before = Math.max(0, point - span);
  const after = Math.min(x.length - 1, point + span);
  const dx = Math.abs(x[after] - x[before]);
  const dy = Math.abs(y[after] - y[before]);
  return (toSides < toEnds ? dx : dy) <= parallel * Math.hypot(dx, dy);
}

/** First and last point of each stretch that stays. */
function keptParts(along: Uint8Array): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [];
  for (let point = 0; point < along.length; point += 1) {
    if (along[point] === 1) continue;
    const current = parts.at(-1);
    if (current !== undefined && current[1] === point - 1) current[1] = point;
    else parts.push([point, point]);
  }
  return parts;
}

function cutOut(
  strand: Strand,
  from: number,
  to: number,
  picture: Picture,
  reach: number,
): readonly Strand[] {
  const isStart = from === 0 && !strand.closed;
  const isEnd = to === strand.x.length - 1 && !strand.closed;
  const x = [...strand.x.slice(from, to + 1)];
  const y = [...strand.y.slice(from, to + 1)];
  // A stump that never left the strip beside the border is what was to be removed.
  if (x.every((_, point) => distanceToBorder(x[point], y[point], picture) < reach)) return [];
  if (!isStart) {
    const end = onBorder(x[0], y[0], picture);
    x.unshift(end.x);
    y.unshift(end.y);
  }
  if (!isEnd) {
    const end = onBorder(x[x.length - 1], y[y.length - 1], picture);
    x.push(end.x);
    y.push(end.y);
  }
  return [
    {
      ...strand,
      x: Float64Array.from(x),
      y: Float64Array.from(y),
      closed: false,
      openStart: isStart && strand.openStart,
      openEnd: isEnd && strand.openEnd,
    },
  ];
}

function distanceToBorder(x: number, y: number, { width, height }: Picture): number {
  return Math.min(x, width - 1 - x, y, height - 1 - y);
}

/** The nearest point of the border. */
function onBorder(x: number, y: number, picture: Picture): { readonly x: number; readonly y: number } {
  const { width, height } = picture;
  const distance = distanceToBorder(x, y, picture);
  if (distance === x) return { x: 0, y };
  if (distance === width - 1 - x) return { x: width - 1, y };
  return { x, y: distance === y ? 0 : height - 1 };
}
