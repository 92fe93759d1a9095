import type { PDFRef } from 'pdf-lib';
import { type Canvas, ink } from '../pages/canvas.ts';
import { balanceLines, limitLines } from '../pages/line-breaking.ts';
import { type Box, contentBox, type Grid, type PageGeometry } from '../pages/page-geometry.ts';
import { drawPageHeading } from '../pages/page-heading.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import type { BookDocument } from './book-document.ts';

export interface ContactEntry {
  readonly thumbnail: PDFRef;
  readonly width: number;
  readonly height: number;
  readonly pageNumber: number;
  readonly caption: string;
  readonly alternative: string;
}

/** Thumbnails are carried at this many dots per inch of their place. */
const thumbnailDpi = 240;

/** The longest edge of a thumbnail in pixels, on the sheets of a book of `count` pictures. */
export function thumbnailEdge(geometry: PageGeometry, count: number): number {
  const cell = cells(geometry, gridFor(geometry, count));
  return Math.ceil((Math.max(cell.width, cell.pictureHeight) / 72) * thumbnailDpi);
}

/** All pictures at a glance, with the numbers of their pages: as many sheets as it takes. */
export function drawContactSheets(book: BookDocument, entries: readonly ContactEntry[]): void {
  const grid = gridFor(book.geometry, entries.length);
  const perSheet = grid.columns * grid.rows;
  const sheets = Math.ceil(entries.length / perSheet);
  const section = book.structure.root.add('Sect');
  let list: StructureElement | undefined;
  for (let sheet = 0; sheet < sheets; sheet += 1) {
    const canvas = book.addPage();
    if (sheet === 0) book.bookmarks.push({ title: 'Contact sheet', page: canvas.page.ref, children: [] });
    drawPageHeading(book, canvas, section, 'Contact sheet', { page: sheet + 1, of: sheets });
    list ??= section.add('L');
    for (const [index, entry] of entries.slice(sheet * perSheet, (sheet + 1) * perSheet).entries()) {
      drawEntry(book, canvas, list.add('LI').add('LBody'), entry, grid, index);
    }
    canvas.finish();
  }
}

function drawEntry(
  book: BookDocument,
  canvas: Canvas,
  owner: StructureElement,
  entry: ContactEntry,
  grid: Grid,
  index: number,
): void {
  const { geometry } = book;
  const { scale } = geometry;
  const cell = cells(geometry, grid);
  const column = index % grid.columns;
  const row = Math.floor(index / grid.columns);
  const left = cell.left + column * (cell.width + cell.gap);
  const top = cell.top - row * cell.pitch;
  const box = fitInto(entry, {
    x: left,
    y: top - cell.pictureHeight,
    width: cell.width,
    height: cell.pictureHeight,
  });
  canvas.tagged(owner.add('Figure', { alternative: entry.alternative }), () =>
    canvas.image(entry.thumbnail, box),
  );
  canvas.artifact('Layout', () => canvas.frame(box));

  const numberStyle = book.style('sansMedium', 8, 10.5, ink.text);
  const captionStyle = book.style('sans', 7.5, 9.5, ink.quiet);
  const measure = (text: string) => captionStyle.face.width(text, captionStyle.size);
  const axis = left + cell.width / 2;
  const baseline = top - cell.pictureHeight - 13 * scale;
  const lines = limitLines(balanceLines(entry.caption, cell.width, measure), 2, cell.width, measure);
  canvas.tagged(owner.add('P'), () => {
    canvas.text([`${entry.pageNumber} `], axis, baseline, numberStyle, 'centre');
    if (lines.length > 0) canvas.text(lines, axis, baseline - 11 * scale, captionStyle, 'centre');
  });
}

/** The sparsest grid that holds all pictures on one sheet; the densest where none does. */
function gridFor({ grids }: PageGeometry, count: number): Grid {
  return grids.find(({ columns, rows }) => columns * rows >= count) ?? grids.at(-1) ?? grids[0];
}

/** The grid: cells of equal size between the heading's line and the foot, in points. */
function cells(geometry: PageGeometry, { columns, rows }: Grid) {
  const area = contentBox(geometry);
  const { scale } = geometry;
  const gap = 14 * scale;
  const width = (area.width - gap * (columns - 1)) / columns;
  const top = area.y + area.height - 46 * scale;
  const pitch = (top - area.y + 6 * scale) / rows;
  // Below each picture: its page number and two lines of caption.
  const pictureHeight = pitch - 42 * scale;
  return { left: area.x, gap, width, top, pitch, pictureHeight };
}

/** At the foot of its place, in the middle: so the numbers below a row stand close to their pictures. */
function fitInto(entry: ContactEntry, place: Box): Box {
  const pointsPerPixel = Math.min(place.width / entry.width, place.height / entry.height);
  const width = entry.width * pointsPerPixel;
  const height = entry.height * pointsPerPixel;
  return { x: place.x + (place.width - width) / 2, y: place.y, width, height };
}
