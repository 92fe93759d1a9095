import { type Canvas, type TextStyle, textWidth } from '../pages/canvas.ts';
import { breakLines, limitLines } from '../pages/line-breaking.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import type { EntryMark, FlowSection } from './flow-section.ts';
import type { FlowedDocument } from './flowed-document.ts';
import type { Piece } from './piece.ts';

/** The contents: sections and their entries with the numbers of their pages, which are known when they are drawn. */
export function contentsPieces(
  flowed: FlowedDocument,
  owner: StructureElement,
  sections: readonly FlowSection[],
): Piece[] {
  const { styles, scale, document } = flowed;
  const toc = owner.add('TOC');
  const medium = document.style('serifMedium', 11, 16);
  return sections.flatMap(({ title, anchor, entries }) => [
    entryPiece(flowed, toc.add('TOCI', document.furniture).add('Link'), {
      title,
      anchor,
      style: medium,
      indent: 0,
      above: 9 * scale,
      withNext: entries.length > 0,
    }),
    ...entries.map((entry) =>
      entryPiece(flowed, toc.add('TOCI').add('Link'), {
        ...entry,
        style: styles.text,
        indent: 16 * scale,
        above: 2 * scale,
        withNext: false,
      }),
    ),
  ]);
}

interface Entry {
  readonly title: string;
  readonly anchor: string;
  readonly style: TextStyle;
  readonly indent: number;
  readonly above: number;
  readonly withNext: boolean;
  readonly mark?: EntryMark;
}

function entryPiece(
  { left, width, places, scale }: FlowedDocument,
  element: StructureElement,
  { title, anchor, style, indent, above, withNext, mark }: Entry,
): Piece {
  const markWidth = mark?.width ?? 0;
  // Room for the mark and the number of the page at the right.
  const right = 34 * scale + markWidth;
  const usable = width - indent - right;
  const measure = (text: string): number => style.face.width(text, style.size);
  const lines = limitLines(breakLines(title, usable, measure), 2, usable, measure);
  const height = lines.length * style.leading;
  return {
    section: 'Contents',
    height,
    above,
    withNext,
    draw: (canvas, top) => {
      const place = places.get(anchor);
      const first = top - style.leading * 0.78;
      const last = first - (lines.length - 1) * style.leading;
      const number = String(place?.pageNumber ?? '');
      const numberX = left + width - textWidth(number, style);
      canvas.tagged(element, () => {
        canvas.text(lines, left + indent, first, style);
        canvas.text([number], numberX, last, style);
      });
      const end = left + indent + textWidth(lines.at(-1) ?? '', style);
      const dotsEnd = left + width - 22 * scale - (mark === undefined ? 0 : markWidth + 8 * scale);
      canvas.artifact('Layout', () => {
        drawDots(canvas, end + 6 * scale, dotsEnd, last, style);
        mark?.draw(canvas, left + width - 22 * scale - markWidth, last);
      });
      if (place !== undefined)
        canvas.link(
          element,
          { x: left + indent, y: top - height, width: width - indent, height },
          place,
          title,
        );
    },
  };
}

/** Leaders on a grid that all lines share, so that their dots stand below each other. */
function drawDots(canvas: Canvas, from: number, to: number, baseline: number, style: Entry['style']): void {
  const step = style.size * 0.62;
  const first = Math.ceil(from / step) * step;
  const count = Math.floor((to - first) / step);
  if (count < 2) return;
  const dots = { ...style, grey: 0.55, tracking: step - style.face.width('.', style.size) };
  canvas.text(['.'.repeat(count)], first, baseline, dots);
}
