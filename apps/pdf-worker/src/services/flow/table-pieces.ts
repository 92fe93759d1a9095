import type { Canvas, LinkTarget } from '../pages/canvas.ts';
import { textWidth } from '../pages/canvas.ts';
import { breakLines, limitLines } from '../pages/line-breaking.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import type { FlowedDocument } from './flowed-document.ts';
import type { Piece } from './piece.ts';

export interface Column {
  readonly title: string;
  /** Of the width that all columns have. */
  readonly share: number;
}

export interface Cell {
  readonly text: string;
  readonly target?: () => LinkTarget | undefined;
}

/** A cell that is longer is cut with an ellipsis: a row is not divided over pages. */
const mostLines = 14;

/** A table whose heading is repeated on every page; words that are wider than their column are cut between letters. */
export function tablePieces(
  flowed: FlowedDocument,
  owner: StructureElement,
  section: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Piece[] {
  const { document, styles, left, width, scale } = flowed;
  // Many columns stand closer together, so that something is left for their words.
  const gap = Math.min(12 * scale, (width * 0.25) / columns.length);
  const usable = width - gap * (columns.length - 1);
  const widths = columns.map(({ share }) => usable * share);
  const lefts = widths.map(
    (_, index) => left + widths.slice(0, index).reduce((sum, each) => sum + each + gap, 0),
  );
  const table = owner.add('Table');
  const headRow = table.add('TR', document.furniture);
  const heads = columns.map(() => headRow.add('TH'));
  const padding = 4 * scale;
  const label = styles.label;
  const headHeight = label.leading + 2 * padding;

  const measureLabel = (part: string): number => label.face.width(part, label.size);
  const titles = columns.map(({ title }, index) => {
    const room = widths[index] ?? width;
    return limitLines(breakLines(title, room, measureLabel), 1, room, measureLabel);
  });

  const drawHead = (canvas: Canvas, top: number, isFirst: boolean): void => {
    const baseline = top - padding - label.leading * 0.78;
    for (const [index, title] of titles.entries()) {
      const draw = (): void => canvas.text(title, lefts[index] ?? left, baseline, label);
      const element = heads[index];
      // Only the first is the table's heading; the others repeat it for the eye.
      if (isFirst && element !== undefined) canvas.tagged(element, draw);
      else canvas.artifact('Pagination', draw);
    }
    canvas.artifact('Layout', () => canvas.rule(left, top - headHeight, width, 0.3));
  };
  const repeated = {
    section,
    height: headHeight,
    above: 0,
    draw: (canvas: Canvas, top: number) => drawHead(canvas, top, false),
  };
  const head: Piece = {
    ...repeated,
    above: 8 * scale,
    withNext: true,
    draw: (canvas, top) => drawHead(canvas, top, true),
  };

  const text = { ...styles.text, size: styles.text.size * 0.9, leading: styles.text.leading * 0.87 };
  const measure = (part: string): number => text.face.width(part, text.size);
  const body = rows.map((cells, index): Piece => {
    const row = table.add('TR');
    const set = cells.map(({ text: content, target }, column) => ({
      element: row.add('TD'),
      target,
      content,
      lines: limitLines(
        breakLines(content, widths[column] ?? width, measure),
        mostLines,
        widths[column] ?? width,
        measure,
      ),
    }));
    const lines = Math.max(1, ...set.map((cell) => cell.lines.length));
    const height = lines * text.leading + 2 * padding;
    return {
      section,
      height,
      above: 0,
      // No row stands alone below the heading at the foot of a page, or as the last one on a page of its own.
      withNext: rows.length > 1 && (index === 0 || index === rows.length - 2),
      repeated,
      draw: (canvas, top) => {
        const baseline = top - padding - text.leading * 0.78;
        for (const [column, cell] of set.entries()) {
          const x = lefts[column] ?? left;
          const to = cell.target?.();
          const element = to === undefined ? cell.element : cell.element.add('Link');
          canvas.tagged(element, () => canvas.text(cell.lines, x, baseline, text));
          if (to === undefined) continue;
          for (const [line, shown] of cell.lines.entries()) {
            const y = baseline - line * text.leading - text.size * 0.25;
            canvas.link(
              element,
              { x, y, width: textWidth(shown, text), height: text.size },
              to,
              cell.content,
            );
          }
        }
        canvas.artifact('Layout', () => canvas.rule(left, top - height, width));
      },
    };
  });
  return [head, ...body];
}
