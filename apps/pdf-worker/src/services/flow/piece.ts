import type { Canvas } from '../pages/canvas.ts';

/** The smallest part of running text that is not divided over two pages: a line, a row, a heading. */
export interface Piece {
  /** Points. */
  readonly height: number;
  /** Space above it, in points; not at the head of a page. */
  readonly above: number;
  /** Stays on the page of the next piece. */
  readonly withNext: boolean;
  /** By which others refer to its place. */
  readonly anchor?: string | undefined;
  /** Of the section whose name stands at the head of the page. */
  readonly section: string;
  /** Drawn again at the head of a page that begins with this piece: a table's heading. */
  readonly repeated?: Omit<Piece, 'repeated' | 'withNext'> | undefined;
  /** `top` in points from the foot of the page. */
  draw(canvas: Canvas, top: number): void;
}

export interface PlacedPiece {
  readonly piece: Pick<Piece, 'draw' | 'anchor' | 'height' | 'section'>;
  readonly top: number;
}

/** Of the space above the pieces, what may be left of it so that the last page is not nearly empty. */
const spacings = [1, 0.85, 0.7, 0.55, 0.4];
/** Of a page: less on the last one looks like a mistake. */
const leastFilled = 0.3;

interface Column {
  readonly top: number;
  readonly bottom: number;
}

/** Puts pieces on pages as `paginate` does, closer together where that saves a last page that would be nearly empty. */
export function fitPages(pieces: readonly Piece[], column: Column): PlacedPiece[][] {
  const pages = paginate(pieces, column);
  const last = pages.at(-1)?.at(-1);
  const filled =
    last === undefined ? 1 : (column.top - last.top + last.piece.height) / (column.top - column.bottom);
  if (pages.length < 2 || filled >= leastFilled) return pages;
  for (const spacing of spacings) {
    const closer = paginate(pieces, column, spacing);
    if (closer.length < pages.length) return closer;
  }
  return pages;
}

/** Puts pieces on pages, from `top` down to `bottom`, with `spacing` of the space above each; a run of pieces that stay together goes to the next page as a whole if it fits one. */
export function paginate(pieces: readonly Piece[], { top, bottom }: Column, spacing = 1): PlacedPiece[][] {
  const pages: PlacedPiece[][] = [[]];
  let y = top;
  const room = top - bottom;
  for (let from = 0; from < pieces.length; ) {
    const run = runFrom(pieces, from, room);
    const page = pages.at(-1) ?? [];
    const isFresh = page.length === 0;
    const needed = run.reduce(
      (sum, piece, index) => sum + piece.height + (isFresh && index === 0 ? 0 : piece.above * spacing),
      0,
    );
    if (!isFresh && y - needed < bottom) {
      pages.push([]);
      y = top;
      const [first] = run;
      if (first?.repeated !== undefined) {
        pages.at(-1)?.push({ piece: first.repeated, top: y });
        y -= first.repeated.height;
      }
      // Looked at again on the fresh page.
      if (first?.repeated === undefined) continue;
    }
    for (const piece of run) {
      const current = pages.at(-1) ?? [];
      if (current.length > 0) y -= piece.above * spacing;
      current.push({ piece, top: y });
      y -= piece.height;
    }
    from += run.length;
  }
  return pages;
}

/** The pieces from one on that stay together, as many of them as a page holds. */
function runFrom(pieces: readonly Piece[], from: number, room: number): Piece[] {
  const run: Piece[] = [];
  let height = 0;
  for (let index = from; index < pieces.length; index += 1) {
    const piece = pieces[index];
    if (piece === undefined) break;
    height += piece.height + (run.length === 0 ? 0 : piece.above);
    if (run.length > 0 && height > room) break;
    run.push(piece);
    if (!piece.withNext) break;
  }
  return run;
}
