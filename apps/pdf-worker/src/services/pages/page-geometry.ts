import type { PageSize } from '@pressroom/domain';

/** All lengths in points (1/72 inch), the origin at the lower left corner of the page. */
export interface PageGeometry {
  readonly width: number;
  readonly height: number;
  /** Left and right margin. Every printer sold reaches to 6 mm of the edge; these leave at least twice that. */
  readonly side: number;
  readonly top: number;
  /** Where the content ends, above the page number. */
  readonly bottom: number;
  /** Baseline of the page number. */
  readonly folio: number;
  /** What type sizes and gaps are multiplied with: a smaller page is set smaller. */
  readonly scale: number;
  /** Columns and rows that a contact sheet may have, the fewest first: few pictures are shown larger. */
  readonly grids: readonly [Grid, ...Grid[]];
  /** For the colophon. */
  readonly measure: string;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const millimetre = 72 / 25.4;
const smallGrids = [
  { columns: 2, rows: 3 },
  { columns: 3, rows: 4 },
] as const;
const largeGrids = [...smallGrids, { columns: 4, rows: 5 }] as const;

export const pageGeometries: Readonly<Record<PageSize, PageGeometry>> = {
  A4: geometry(210 * millimetre, 297 * millimetre, 20, 1, largeGrids, '210 × 297 mm'),
  A5: geometry(148 * millimetre, 210 * millimetre, 15, 0.78, smallGrids, '148 × 210 mm'),
  Letter: geometry(8.5 * 72, 11 * 72, 20, 1, largeGrids, '8.5 × 11 in'),
};

/** The space between the margins, above the page number. */
export function contentBox(page: PageGeometry): Box {
  return {
    x: page.side,
    y: page.bottom,
    width: page.width - 2 * page.side,
    height: page.height - page.top - page.bottom,
  };
}

/** The same space as `Canvas.turned` sees it. */
export function turnedContentBox(page: PageGeometry): Box {
  const { x, y, width, height } = contentBox(page);
  return { x: y, y: page.width - x - width, width: height, height: width };
}

function geometry(
  width: number,
  height: number,
  sideMillimetres: number,
  scale: number,
  grids: PageGeometry['grids'],
  measure: string,
): PageGeometry {
  const side = sideMillimetres * millimetre;
  return { width, height, side, top: side, bottom: side * 1.35, folio: side * 0.66, scale, grids, measure };
}
