import type { Severity } from '@pressroom/reports';
import { type Canvas, ink, textWidth } from '../pages/canvas.ts';
import { balanceLines, breakLines, hasCutWord, limitLines } from '../pages/line-breaking.ts';
import { contentBox } from '../pages/page-geometry.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import { methodNote } from './method-note.ts';
import type { Piece } from './piece.ts';
import type { ReportDocument } from './report-document.ts';
import type { SectionOfReport } from './sections/report-section.ts';
import { drawSeverity, severityWidth } from './severity-mark.ts';

const titleSizes = [38, 34, 30, 26, 22, 19] as const;
const mostSources = 10;

/** The cover: what it is, its title, the question, the documents, and who wrote it. */
export function drawReportCover(report: ReportDocument, canvas: Canvas, section: StructureElement): void {
  const { document, styles, left, width, scale } = report;
  const { report: content } = document.content;
  const area = contentBox(document.geometry);
  const foot = area.y + 4 * scale;
  let y = area.y + area.height - 60 * scale;

  const kind = document.style('sansMedium', 10, 13, ink.quiet, 1.2);
  canvas.tagged(section.add('P', document.furniture), () => canvas.text(['DOCUMENT REPORT'], left, y, kind));
  const { lines, style } = setTitle(report, content.title, width);
  y -= 26 * scale + style.face.capHeight(style.size);
  const titleTop = y;
  canvas.tagged(section.add('H1'), () => canvas.text(lines, left, titleTop, style));
  y -= (lines.length - 1) * style.leading + 26 * scale;
  canvas.artifact('Layout', () => canvas.rule(left, y, width * 0.3, ink.text));

  if (content.question !== undefined) {
    const asked = document.style('serifItalic', 15, 21);
    const measure = (text: string): number => asked.face.width(text, asked.size);
    const shown = limitLines(breakLines(content.question, width * 0.92, measure), 6, width * 0.92, measure);
    y -= 34 * scale;
    const first = y;
    canvas.tagged(section.add('P'), () => canvas.text(shown, left, first, asked));
    y -= (shown.length - 1) * asked.leading;
  }

  // The note stands at the foot, whatever is above it.
  const note = styles.small;
  const noteLines = breakLines(methodNote(content), width, (text) => note.face.width(text, note.size));
  const noteTop = foot + (noteLines.length - 1) * note.leading;
  canvas.artifact('Layout', () => canvas.rule(left, noteTop + 18 * scale, width));
  canvas.tagged(section.add('P', document.furniture), () => canvas.text(noteLines, left, noteTop, note));

  y -= 44 * scale;
  const room = Math.floor((y - noteTop - 44 * scale) / styles.text.leading);
  const sources = content.documents;
  const most = Math.max(1, Math.min(mostSources, room - 2));
  const named = sources.length <= most ? sources : sources.slice(0, most - 1);
  const label = sources.length === 1 ? 'From one document' : `From ${sources.length} documents`;
  const labelTop = y;
  canvas.tagged(section.add('P', document.furniture), () =>
    canvas.text([label], left, labelTop, styles.label),
  );
  y -= styles.text.leading * 1.25;
  const list = section.add('L');
  const measure = (text: string): number => styles.text.face.width(text, styles.text.size);
  for (const { title, index } of named) {
    const line = limitLines(breakLines(title, width - 30 * scale, measure), 1, width - 30 * scale, measure);
    const at = y;
    canvas.tagged(list.add('LI').add('LBody'), () => {
      canvas.text([`[${index + 1}]`], left, at, styles.text);
      canvas.text(line, left + 30 * scale, at, styles.text);
    });
    y -= styles.text.leading;
  }
  if (named.length < sources.length) {
    const at = y;
    canvas.tagged(section.add('P', document.furniture), () =>
      canvas.text(
        [`and ${sources.length - named.length} more: see Sources`],
        left + 30 * scale,
        at,
        styles.small,
      ),
    );
  }
}

function setTitle(report: ReportDocument, title: string, width: number) {
  for (const size of titleSizes) {
    const style = report.document.style('serifMedium', size, size * 1.18);
    const measure = (text: string): number => style.face.width(text, style.size);
    if (hasCutWord(title, width, measure) || breakLines(title, width, measure).length > 4) continue;
    return { lines: balanceLines(title, width, measure), style };
  }
  const style = report.document.style('serifMedium', titleSizes.at(-1) ?? 19, 23);
  const measure = (text: string): number => style.face.width(text, style.size);
  return { lines: limitLines(breakLines(title, width, measure), 8, width, measure), style };
}

/** The contents: sections and findings with the numbers of their pages, which are known when they are drawn. */
export function contentsPieces(
  report: ReportDocument,
  owner: StructureElement,
  sections: readonly SectionOfReport[],
): Piece[] {
  const { styles, scale, document } = report;
  const toc = owner.add('TOC');
  const medium = document.style('serifMedium', 11, 16);
  return sections.flatMap(({ title, anchor, entries }) => [
    entryPiece(report, toc.add('TOCI', document.furniture).add('Link'), {
      title,
      anchor,
      style: medium,
      indent: 0,
      above: 9 * scale,
      withNext: entries.length > 0,
    }),
    ...entries.map((entry) =>
      entryPiece(report, toc.add('TOCI').add('Link'), {
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
  readonly style: ReportDocument['styles']['text'];
  readonly indent: number;
  readonly above: number;
  readonly withNext: boolean;
  readonly mark?: Severity;
}

function entryPiece(
  { left, width, places, scale }: ReportDocument,
  element: StructureElement,
  { title, anchor, style, indent, above, withNext, mark }: Entry,
): Piece {
  const side = 4.2 * scale;
  const markWidth = severityWidth(side);
  // Room for the mark and the number of the page at the right.
  const right = 34 * scale + (mark === undefined ? 0 : markWidth);
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
        if (mark !== undefined) drawSeverity(canvas, mark, left + width - 22 * scale - markWidth, last, side);
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
