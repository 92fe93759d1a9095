import { type Canvas, ink } from './canvas.ts';
import type { PageContent, PageDocument } from './page-document.ts';
import { contentBox } from './page-geometry.ts';
import type { StructureElement } from './structure-tree.ts';

/**
 * The head of a page that is no picture: its name, how many pages it goes on for, a hairline.
 *
 * @returns where the content below it begins, in points from the foot of the page.
 */
export function drawPageHeading(
  book: PageDocument<PageContent>,
  canvas: Canvas,
  owner: StructureElement,
  title: string,
  position: { readonly page: number; readonly of: number },
): number {
  const area = contentBox(book.geometry);
  const { scale } = book.geometry;
  const style = book.style('serifMedium', 19, 24);
  const baseline = area.y + area.height - style.face.capHeight(style.size);
  const heading = () => canvas.text([title], area.x, baseline, style);
  // Only the first page's heading is a heading of the document; the others repeat it for the eye.
  if (position.page === 1) canvas.tagged(owner.add('H2', book.furniture), heading);
  else canvas.artifact('Pagination', heading);
  canvas.artifact('Pagination', () => {
    const line = baseline - 11 * scale;
    canvas.rule(area.x, line, area.width);
    if (position.of > 1) {
      const small = book.style('sans', 9, 12, ink.quiet);
      const text = `${position.page} of ${position.of}`;
      const x = area.x + area.width - small.face.width(text, small.size);
      canvas.text([text], x, baseline, small);
    }
  });
  return baseline - 11 * scale;
}
