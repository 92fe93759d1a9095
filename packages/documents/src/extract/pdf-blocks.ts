import type { DocumentBlock } from '../document-block.ts';
import { maxBlockCharacters } from '../document-limits.ts';
import type { PdfLine } from './pdf-lines.ts';

export interface OutlineEntry {
  readonly title: string;
  /** From 1. */
  readonly level: number;
}

/** Of the page's usual text size: from here on a short line is a heading. */
const headingSize = 1.15;
const maxHeadingCharacters = 200;
/** Of the line height: a larger step down parts paragraphs. */
const paragraphGap = 1.6;

/**
 * Puts the lines of a page together into headings and paragraphs. A heading is a line that the bookmarks name on this page,
 * or one in a clearly larger size; a paragraph ends where the space to the next line is wider, the size changes, or the text
 * goes back up the page (a new column). The first and last line are told apart, since they may be running heads.
 */
export function* pdfBlocks(
  lines: readonly PdfLine[],
  page: number,
  outline: readonly OutlineEntry[],
): Generator<DocumentBlock> {
  const usual = usualSize(lines);
  const titles = new Map(outline.map(({ title, level }) => [comparable(title), level]));
  const edges = edgeLines(lines);
  let paragraph: { text: string; last: PdfLine } | undefined;
  for (const line of lines) {
    const edge = edges.get(line);
    const level = titles.get(comparable(line.text)) ?? levelBySize(line, usual);
    const alone = edge !== undefined || level !== undefined;
    if (
      paragraph !== undefined &&
      (alone || !continues(paragraph.last, line) || paragraph.text.length > maxBlockCharacters / 2)
    ) {
      yield { kind: 'paragraph', text: paragraph.text, page };
      paragraph = undefined;
    }
    if (alone) {
      yield {
        kind: level === undefined ? 'paragraph' : 'heading',
        text: line.text,
        page,
        ...(level === undefined ? {} : { level }),
        ...(edge === undefined ? {} : { edge }),
      };
    } else {
      paragraph = {
        text: paragraph === undefined ? line.text : `${paragraph.text}\n${line.text}`,
        last: line,
      };
    }
  }
  if (paragraph !== undefined) yield { kind: 'paragraph', text: paragraph.text, page };
}

function continues(above: PdfLine, below: PdfLine): boolean {
  const step = above.y - below.y;
  const size = Math.max(above.size, below.size);
  return step > 0 && step < size * paragraphGap && Math.abs(above.size - below.size) < size * 0.15;
}

function levelBySize(line: PdfLine, usual: number): number | undefined {
  const ratio = line.size / usual;
  if (ratio < headingSize || line.text.length > maxHeadingCharacters || !/\p{L}/u.test(line.text))
    return undefined;
  if (ratio >= 1.7) return 1;
  return ratio >= 1.35 ? 2 : 3;
}

/** The size in which most characters of the page are set. */
function usualSize(lines: readonly PdfLine[]): number {
  const characters = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    characters.set(rounded, (characters.get(rounded) ?? 0) + text.length);
  }
  return [...characters].sort((a, b) => b[1] - a[1])[0]?.[0] || 1;
}

/** The highest and the lowest line, on a page that has enough lines for them to stand out. */
function edgeLines(lines: readonly PdfLine[]): ReadonlyMap<PdfLine, 'top' | 'bottom'> {
  if (lines.length < 3) return new Map();
  const sorted = lines.toSorted((a, b) => b.y - a.y);
  const edges = new Map<PdfLine, 'top' | 'bottom'>();
  const [top, bottom] = [sorted[0], sorted.at(-1)];
  if (top !== undefined) edges.set(top, 'top');
  if (bottom !== undefined) edges.set(bottom, 'bottom');
  return edges;
}

function comparable(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
