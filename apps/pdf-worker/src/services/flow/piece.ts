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
const spacings = [0.85, 0.7, 0.55, 0.4];
/** Of a page: less on the last one looks like a mistake. */
const leastFilled = 0.3;
/** Of a page's height, what may stay free at its foot so that more comes onto the last one. */
const reserves = [0.03, 0.06, 0.09, 0.12];
/** Two pages may be of half a page each. */
const reservesOfTwo = [...reserves, 0.2, 0.3, 0.4];

export interface Column {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Puts pieces on pages as `paginate` does. Where the last page would be nearly empty, they stand closer together if that saves it, or
 * the pages before it leave something for it.
 */
export function fitPages(pieces: readonly Piece[], column: Column): PlacedPiece[][] {
  const pages = paginate(pieces, column);
  if (pages.length < 2 || isFilled(pages, column)) return pages;
  for (const spacing of spacings) {
    const closer = paginate(pieces, column, spacing);
    if (closer.length < pages.length) return closer;
  }
  for (const reserve of pages.length === 2 ? reservesOfTwo : reserves) {
    const bottom = column.bottom + reserve * (column.top - column.bottom);
    const shorter = paginate(pieces, { ...column, bottom });
    if (shorter.length === pages.length && isFilled(shorter, column)) return shorter;
  }
  return pages;
}

function isFilled(pages: readonly PlacedPiece[][], { top, bottom }: Column): boolean {
  const last = pages.at(-1)?.at(-1);
  return last === undefined || top - last.top + last.piece.height >= leastFilled * (top - bottom);
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
