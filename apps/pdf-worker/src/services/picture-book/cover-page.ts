import type { PDFRef } from 'pdf-lib';
import { type Canvas, ink, type TextStyle } from '../pages/canvas.ts';
import { balanceLines, breakLines, titleLines } from '../pages/line-breaking.ts';
import { type Box, contentBox } from '../pages/page-geometry.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import type { BookDocument } from './book-document.ts';
import { coverWindow, placePicture } from './placement.ts';

export interface CoverPicture {
  readonly image: PDFRef;
  readonly width: number;
  readonly height: number;
  readonly alternative: string;
}

/** Title sizes in points on A4, largest first; the first one at which the title is short enough is used. */
const titleSizes = [46, 42, 38, 34, 30, 27, 24, 21, 18] as const;

/**
 * The cover, on one axis: title, author, picture, count of pictures. The picture is the first one, or squares cut from
 * four or nine pictures of all parts of the book. It is drawn when those are known, but read first: `section` is where.
 */
export function drawCover(
  book: BookDocument,
  canvas: Canvas,
  section: StructureElement,
  pictures: readonly CoverPicture[],
): void {
  const { content, geometry } = book;
  const { scale } = geometry;
  const axis = geometry.width / 2;
  const area = contentBox(geometry);

  const { lines, style } = setTitle(book, content.title, area.width * 0.94);
  let baseline = area.y + area.height - 26 * scale - style.face.capHeight(style.size);
  canvas.tagged(section.add('H1'), () => canvas.text(lines, axis, baseline, style, 'centre'));
  baseline -= (lines.length - 1) * style.leading;
  if (content.author !== undefined) {
    const italic = book.style('serifItalic', 15, 20, ink.text);
    const authorStyle = { ...italic, face: italic.face.forText(content.author) };
    const measure = (text: string) => authorStyle.face.width(text, authorStyle.size);
    const authorLines = balanceLines(content.author, area.width * 0.8, measure);
    baseline -= 34 * scale;
    const first = baseline;
    canvas.tagged(section.add('P'), () => canvas.text(authorLines, axis, first, authorStyle, 'centre'));
    baseline -= (authorLines.length - 1) * authorStyle.leading;
  }
  const footLine = geometry.folio + 22 * scale;
  const place: Box = {
    x: area.x,
    y: footLine + 34 * scale,
    width: area.width,
    height: baseline - 38 * scale - (footLine + 34 * scale),
  };
  drawCoverPictures(canvas, place, pictures, scale, (alternative) => section.add('Figure', { alternative }));

  const countStyle = book.style('sansMedium', 9, 12, ink.quiet, 0.6);
  const count = content.pictures.length;
  canvas.artifact('Layout', () => canvas.rule(area.x, footLine, area.width));
  canvas.tagged(section.add('P', book.furniture), () =>
    canvas.text(
      [`${count} ${count === 1 ? 'picture' : 'pictures'}`],
      axis,
      geometry.folio,
      countStyle,
      'centre',
    ),
  );
  book.bookmarks.push({ title: 'Cover', page: canvas.page.ref, children: [] });
}

function drawCoverPictures(
  canvas: Canvas,
  place: Box,
  pictures: readonly CoverPicture[],
  scale: number,
  figure: (alternative: string) => Parameters<Canvas['tagged']>[0],
): void {
  const [first] = pictures;
  if (first === undefined) return;
  if (pictures.length < 4) {
    const { width, height } = placePicture(first, { width: place.width * 0.9, height: place.height });
    const box = {
      x: place.x + (place.width - width) / 2,
      y: place.y + (place.height - height) / 2,
      width,
      height,
    };
    canvas.tagged(figure(first.alternative), () => canvas.image(first.image, box));
    canvas.artifact('Layout', () => canvas.frame(box));
    return;
  }
  const across = pictures.length < 9 ? 2 : 3;
  const chosen = spread(squarable(pictures, across * across), across * across);
  const gap = 9 * scale;
  const side = Math.min(place.width * 0.9, place.height);
  const cell = (side - gap * (across - 1)) / across;
  const left = place.x + (place.width - side) / 2;
  const top = place.y + (place.height + side) / 2;
  for (const [index, picture] of chosen.entries()) {
    const window = {
      x: left + (index % across) * (cell + gap),
      y: top - cell - Math.floor(index / across) * (cell + gap),
      width: cell,
      height: cell,
    };
    canvas.tagged(figure(picture.alternative), () =>
      canvas.image(picture.image, coverWindow(picture, window), window),
    );
    canvas.artifact('Layout', () => canvas.frame(window));
  }
}

/** The largest size at which no word is cut and the title takes at most three lines; five for a long one. */
function setTitle(
  book: BookDocument,
  title: string,
  width: number,
): { lines: readonly string[]; style: TextStyle } {
  for (const mostLines of [2, 3, 4, 5]) {
    for (const size of titleSizes) {
      // A longer setting is only worth it for a clearly larger letter.
      if (mostLines < 5 && size < titleSizes[0] - 12 * (mostLines - 1)) break;
      const style = book.style('serifMedium', size, size * 1.2);
      const measure = (text: string) => style.face.width(text, style.size);
      const lines = titleLines(title, width, measure, mostLines);
      if (lines !== undefined) return { lines, style };
    }
  }
  // Words so long that even the smallest letters do not hold them on a line: they are cut.
  const style = book.style('serifMedium', titleSizes.at(-1) ?? 18, 22);
  return { lines: breakLines(title, width, (text) => style.face.width(text, style.size)), style };
}

/** Pictures of which a square shows most, if there are enough of them: of a panorama it would show a scrap. */
function squarable(pictures: readonly CoverPicture[], count: number): readonly CoverPicture[] {
  const suited = pictures.filter(({ width, height }) => width <= height * 2 && height <= width * 2);
  return suited.length >= count ? suited : pictures;
}

/** `count` entries from all parts of the list, the first one included. */
function spread<Entry>(entries: readonly Entry[], count: number): Entry[] {
  const step = entries.length / count;
  return Array.from({ length: count }, (_, index) => entries[Math.floor(index * step)]).filter(
    (entry) => entry !== undefined,
  );
}
