import { type Canvas, ink } from '../pages/canvas.ts';
import { breakLines, limitLines, titleLines } from '../pages/line-breaking.ts';
import { contentBox } from '../pages/page-geometry.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import type { FlowedDocument } from './flowed-document.ts';

export interface FlowCover {
  /** What sort of document it is, in capital letters. */
  readonly kind: string;
  readonly title: string;
  /** Below the title, in italics. */
  readonly lead?: string | undefined;
  readonly sources: readonly { readonly index: number; readonly title: string }[];
  /** Who wrote it and how; at the foot. */
  readonly note: string;
}

const titleSizes = [38, 34, 30, 26, 22, 19] as const;
const mostSources = 10;

/** The cover: what it is, its title, what it is about, its sources, and who wrote it. */
export function drawFlowCover(
  flowed: FlowedDocument,
  canvas: Canvas,
  section: StructureElement,
  { kind, title, lead, sources, note }: FlowCover,
): void {
  const { document, styles, left, width, scale } = flowed;
  const area = contentBox(document.geometry);
  const foot = area.y + 4 * scale;
  let y = area.y + area.height - 60 * scale;

  const label = document.style('sansMedium', 10, 13, ink.quiet, 1.2);
  canvas.tagged(section.add('P', document.furniture), () => canvas.text([kind], left, y, label));
  const { lines, style } = setTitle(flowed, title, width);
  y -= 26 * scale + style.face.capHeight(style.size);
  const titleTop = y;
  canvas.tagged(section.add('H1'), () => canvas.text(lines, left, titleTop, style));
  y -= (lines.length - 1) * style.leading + 26 * scale;
  canvas.artifact('Layout', () => canvas.rule(left, y, width * 0.3, ink.text));

  if (lead !== undefined) {
    const leaning = document.style('serifItalic', 15, 21);
    const italic = { ...leaning, face: leaning.face.forText(lead) };
    const measure = (text: string): number => italic.face.width(text, italic.size);
    const shown = limitLines(breakLines(lead, width * 0.92, measure), 6, width * 0.92, measure);
    y -= 34 * scale;
    const first = y;
    canvas.tagged(section.add('P'), () => canvas.text(shown, left, first, italic));
    y -= (shown.length - 1) * italic.leading;
  }

  // The note stands at the foot, whatever is above it.
  const small = styles.small;
  const noteLines = breakLines(note, width, (text) => small.face.width(text, small.size));
  const noteTop = foot + (noteLines.length - 1) * small.leading;
  canvas.artifact('Layout', () => canvas.rule(left, noteTop + 18 * scale, width));
  canvas.tagged(section.add('P', document.furniture), () => canvas.text(noteLines, left, noteTop, small));

  if (sources.length > 0) drawSources(flowed, canvas, section, sources, { y: y - 44 * scale, noteTop });
}

function drawSources(
  { document, styles, left, width, scale }: FlowedDocument,
  canvas: Canvas,
  section: StructureElement,
  sources: FlowCover['sources'],
  { y: top, noteTop }: { readonly y: number; readonly noteTop: number },
): void {
  let y = top;
  const room = Math.floor((y - noteTop - 44 * scale) / styles.text.leading);
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
  if (named.length === sources.length) return;
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

function setTitle({ document }: FlowedDocument, title: string, width: number) {
  for (const size of titleSizes) {
    const style = document.style('serifMedium', size, size * 1.18);
    const measure = (text: string): number => style.face.width(text, style.size);
    const lines = titleLines(title, width, measure, 4);
    if (lines !== undefined) return { lines, style };
  }
  const style = document.style('serifMedium', titleSizes.at(-1) ?? 19, 23);
  const measure = (text: string): number => style.face.width(text, style.size);
  return { lines: limitLines(breakLines(title, width, measure), 8, width, measure), style };
}
