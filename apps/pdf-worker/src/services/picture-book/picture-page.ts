import type { PDFRef } from 'pdf-lib';
import type { Canvas, TextStyle } from '../pages/canvas.ts';
import { balanceLines, limitLines } from '../pages/line-breaking.ts';
import { type Box, contentBox, turnedContentBox } from '../pages/page-geometry.ts';
import type { BookDocument } from './book-document.ts';
import { minimumDpi, type Placement, placePicture } from './placement.ts';

/** How much of a page a caption may take: two hundred of the widest letters, the most that a job takes, need seven. */
const mostCaptionLines = 8;
/** A page is turned only for a picture that gains: by less than this factor of its area, the reader's turning is not worth it. */
const leastGain = 1.25;

export interface PictureLayout {
  /** The picture and its caption stand a quarter turned; the page number never does. */
  readonly isTurned: boolean;
  /** The space of the page, as it is seen when the picture is upright. */
  readonly area: Box;
  readonly placement: Placement;
  readonly captionLines: readonly string[];
}

export function captionStyle(book: BookDocument): TextStyle {
  return book.style('serif', 12.5, 17.5);
}

/** Where a picture of this size stands on a page with this caption: known before the page is drawn. */
export function layoutPicturePage(
  book: BookDocument,
  picture: { readonly width: number; readonly height: number },
  caption: string,
): PictureLayout {
  const upright = layoutIn(book, contentBox(book.geometry), picture, caption);
  if (book.content.landscapePictures === 'upright' || picture.width <= picture.height) {
    return { ...upright, isTurned: false };
  }
  const turned = layoutIn(book, turnedContentBox(book.geometry), picture, caption);
  const gain = (turned.placement.width / upright.placement.width) ** 2;
  // One with few pixels would gain size at the cost of its sharpness.
  const isWorthIt = gain >= leastGain && turned.placement.dpi >= minimumDpi - 0.5;
  return isWorthIt ? { ...turned, isTurned: true } : { ...upright, isTurned: false };
}

function layoutIn(
  book: BookDocument,
  area: Box,
  picture: { readonly width: number; readonly height: number },
  caption: string,
): Omit<PictureLayout, 'isTurned'> {
  const style = captionStyle(book);
  const measure = (text: string) => style.face.width(text, style.size);
  const width = area.width * 0.86;
  const captionLines = limitLines(balanceLines(caption, width, measure), mostCaptionLines, width, measure);
  const captionHeight =
    captionLines.length === 0 ? 0 : captionGap(book) + captionLines.length * style.leading;
  const placement = placePicture(picture, { width: area.width, height: area.height - captionHeight });
  return { area, placement, captionLines };
}

/** One picture with its caption, the two as one block in the middle of the page. */
export function drawPicturePage(
  book: BookDocument,
  canvas: Canvas,
  image: PDFRef,
  layout: PictureLayout,
  alternative: string,
): void {
  if (layout.isTurned) canvas.turned(() => drawBlock(book, canvas, image, layout, alternative));
  else drawBlock(book, canvas, image, layout, alternative);
}

function drawBlock(
  book: BookDocument,
  canvas: Canvas,
  image: PDFRef,
  { area, placement, captionLines }: PictureLayout,
  alternative: string,
): void {
  const axis = area.x + area.width / 2;
  const style = captionStyle(book);
  const captionHeight =
    captionLines.length === 0 ? 0 : captionGap(book) + captionLines.length * style.leading;
  const spare = area.height - placement.height - captionHeight;
  const box = {
    x: axis - placement.width / 2,
    // The eye takes the middle of a page to be a little above its measured one.
    y: area.y + area.height - placement.height - spare * 0.46,
    width: placement.width,
    height: placement.height,
  };
  const section = book.structure.root.add('Sect');
  canvas.tagged(section.add('Figure', { alternative }), () => canvas.image(image, box));
  canvas.artifact('Layout', () => canvas.frame(box));
  if (captionLines.length > 0) {
    const baseline = box.y - captionGap(book) - style.face.capHeight(style.size);
    canvas.tagged(section.add('Caption'), () => canvas.text(captionLines, axis, baseline, style, 'centre'));
  }
}

function captionGap(book: BookDocument): number {
  return 16 * book.geometry.scale;
}
