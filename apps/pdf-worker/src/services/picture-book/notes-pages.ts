import type { TextStyle } from '../pages/canvas.ts';
import { breakLines } from '../pages/line-breaking.ts';
import { contentBox } from '../pages/page-geometry.ts';
import { drawPageHeading } from '../pages/page-heading.ts';
import type { BookDocument } from './book-document.ts';
import type { NoteSection } from './notes-text.ts';

interface Block {
  readonly type: 'H3' | 'P';
  readonly lines: readonly string[];
  readonly style: TextStyle;
  /** Space above it, in points; not at the head of a page. */
  readonly above: number;
}

/** The notes at the end: headings and paragraphs, from page to page. */
export function drawNotes(book: BookDocument, sections: readonly NoteSection[]): void {
  const pages = paginate(book, toBlocks(book, sections));
  const section = book.structure.root.add('Sect');
  const { x } = contentBox(book.geometry);
  for (const [index, blocks] of pages.entries()) {
    const canvas = book.addPage();
    if (index === 0) book.bookmarks.push({ title: 'Notes', page: canvas.page.ref, children: [] });
    let y = drawPageHeading(book, canvas, section, 'Notes', { page: index + 1, of: pages.length });
    for (const [position, { type, lines, style, above }] of blocks.entries()) {
      y -= position === 0 ? firstGap(book) : above;
      const baseline = y - style.leading * 0.8;
      canvas.tagged(section.add(type, book.furniture), () => canvas.text(lines, x, baseline, style));
      y -= style.leading * lines.length;
    }
    canvas.finish();
  }
}

function toBlocks(book: BookDocument, sections: readonly NoteSection[]): Block[] {
  const { width } = contentBox(book.geometry);
  const { scale } = book.geometry;
  const text = book.style('serif', 10.5, 15.5);
  const heading = book.style('sansMedium', 9.5, 15.5);
  // About seventy letters a line: longer ones are hard to read.
  const measureWidth = Math.min(width, text.size * 36);
  const set = (content: string, style: TextStyle) =>
    breakLines(content, measureWidth, (part) => style.face.width(part, style.size));
  return sections.flatMap((section) => [
    { type: 'H3' as const, lines: set(section.heading, heading), style: heading, above: 22 * scale },
    ...section.paragraphs.map((paragraph, index) => ({
      type: 'P' as const,
      lines: set(paragraph, text),
      style: text,
      above: (index === 0 ? 3 : 6) * scale,
    })),
  ]);
}

/** Blocks stay whole, and a heading goes to the next page with what follows it; a huge paragraph is divided. */
function paginate(book: BookDocument, blocks: readonly Block[]): Block[][] {
  const room = contentBox(book.geometry).height - 50 * book.geometry.scale;
  const pages: Block[][] = [[]];
  let used = 0;
  for (const [index, block] of divideHuge(blocks, room).entries()) {
    const next = block.type === 'H3' ? blocks[index + 1] : undefined;
    const needed = height(block) + (next === undefined ? 0 : next.above + next.style.leading * 2);
    if (used > 0 && used + needed > room) {
      pages.push([]);
      used = 0;
    }
    pages.at(-1)?.push(block);
    used += height(block);
  }
  return pages;
}

function divideHuge(blocks: readonly Block[], room: number): Block[] {
  return blocks.flatMap((block) => {
    const most = Math.max(1, Math.floor((room * 0.8) / block.style.leading));
    if (block.lines.length <= most) return [block];
    return Array.from({ length: Math.ceil(block.lines.length / most) }, (_, part) => ({
      ...block,
      above: part === 0 ? block.above : 0,
      lines: block.lines.slice(part * most, (part + 1) * most),
    }));
  });
}

function height({ above, lines, style }: Block): number {
  return above + style.leading * lines.length;
}

function firstGap(book: BookDocument): number {
  return 18 * book.geometry.scale;
}
