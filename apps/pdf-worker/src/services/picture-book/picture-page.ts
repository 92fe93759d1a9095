import type { PDFRef } from 'pdf-lib';
import type { BookDocument } from './book-document.ts';
import { type Canvas, ink } from './canvas.ts';
import { balanceLines, limitLines } from './line-breaking.ts';
import { contentBox } from './page-geometry.ts';
import { type Placement, placePicture } from './placement.ts';

/** How much of a page a caption may take: two hundred of the widest letters, the most that a job takes, need seven. */
const mostCaptionLines = 8;

/** Where a picture of this size stands on a page with this caption: known before the page is drawn. */
export function layoutPicturePage(
  book: BookDocument,
  picture: { readonly width: number; readonly height: number },
  caption: string,
): { readonly placement: Placement; readonly captionLines: readonly string[] } {
  const area = contentBox(book.geometry);
  const style = book.style('serif', 12.5, 17.5);
  const measure = (text: string) => style.face.width(text, style.size);
  const width = area.width * 0.86;
  const captionLines = limitLines(balanceLines(caption, width, measure), mostCaptionLines, width, measure);
  const captionHeight =
    captionLines.length === 0 ? 0 : captionGap(book) + captionLines.length * style.leading;
  const placement = placePicture(picture, { width: area.width, height: area.height - captionHeight });
  return { placement, captionLines };
}

/**
 * One picture with its caption, the two as one block in the middle of the page. All pages stand upright, also those of
 * landscape pictures: a stapled booklet that has to be turned at every other page is no pleasure to colour in.
 */
export function drawPicturePage(
  book: BookDocument,
  canvas: Canvas,
  image: PDFRef,
  layout: ReturnType<typeof layoutPicturePage>,
  alternative: string,
): void {
  const { placement, captionLines } = layout;
  const area = contentBox(book.geometry);
  const axis = book.geometry.width / 2;
  const style = book.style('serif', 12.5, 17.5, ink.text);
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
