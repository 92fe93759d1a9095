import type { Canvas } from '../pages/canvas.ts';

/** The smallest part of a report that is not divided over two pages: a line, a row, a heading. */
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

/** Puts pieces on pages, from `top` down to `bottom`; a run of pieces that stay together goes to the next page as a whole if it fits one. */
export function paginate(
  pieces: readonly Piece[],
  { top, bottom }: { top: number; bottom: number },
): PlacedPiece[][] {
  const pages: PlacedPiece[][] = [[]];
  let y = top;
  const room = top - bottom;
  for (let from = 0; from < pieces.length; ) {
    const run = runFrom(pieces, from, room);
    const page = pages.at(-1) ?? [];
    const isFresh = page.length === 0;
    const needed = run.reduce(
      (sum, piece, index) => sum + piece.height + (isFresh && index === 0 ? 0 : piece.above),
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
      if (current.length > 0) y -= piece.above;
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
