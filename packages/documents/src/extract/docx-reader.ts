import type { DocumentBlock } from '../document-block.ts';
import { maxBlockCharacters } from '../document-limits.ts';
import type { XmlHandler } from './docx-package.ts';

interface Paragraph {
  text: string;
  style: string | undefined;
  level: number | undefined;
  listed: boolean;
}

/** Text that is there but not to be read: what was deleted, what a field is made from, and drawing for old programs. */
const hiddenElements = new Set([
  'del',
  'instrText',
  'delText',
  'Fallback',
  'moveFrom',
  'rPrChange',
  'pPrChange',
]);

/**
 * Makes blocks from the events of a Word part. Rows of a table are one block each; a table within a cell becomes part of that cell.
 * A text box hangs in the paragraph that anchors it and is read as paragraphs of its own, after what stood before it.
 */
export class DocxReader implements XmlHandler {
  readonly #levels: ReadonlyMap<string, number>;
  readonly #blocks: DocumentBlock[] = [];
  readonly #paragraphs: Paragraph[] = [];
  readonly #rows: string[][] = [];
  readonly #cells: string[] = [];
  #hidden = 0;
  #textDepth = 0;

  constructor(levels: ReadonlyMap<string, number>) {
    this.#levels = levels;
  }

  /** What has been finished since the last call. */
  take(): DocumentBlock[] {
    return this.#blocks.splice(0);
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (hiddenElements.has(name)) this.#hidden++;
    if (this.#hidden > 0) return;
    const paragraph = this.#paragraphs.at(-1);
    switch (name) {
      case 'p':
        this.#paragraphs.push({ text: '', style: undefined, level: undefined, listed: false });
        break;
      case 'pStyle':
        if (paragraph !== undefined) paragraph.style = attributes['w:val'] ?? attributes['val'];
        break;
      case 'outlineLvl': {
        const level = Number(attributes['w:val'] ?? attributes['val']);
        if (paragraph !== undefined && level < 9) paragraph.level = Math.min(6, level + 1);
        break;
      }
      case 'numPr':
        if (paragraph !== undefined) paragraph.listed = true;
        break;
      case 't':
        this.#textDepth++;
        break;
      case 'tab':
        this.#add(' ');
        break;
      case 'br':
      case 'cr':
        this.#add('\n');
        break;
      case 'noBreakHyphen':
        this.#add('‑');
        break;
      case 'sym':
        break;
      case 'tr':
        this.#rows.push([]);
        break;
      case 'tc':
        this.#cells.push('');
        break;
      default:
    }
  }

  text(text: string): void {
    if (this.#hidden === 0 && this.#textDepth > 0) this.#add(text);
  }

  close(name: string): void {
    if (hiddenElements.has(name)) {
      this.#hidden--;
      return;
    }
    if (this.#hidden > 0) return;
    if (name === 't') this.#textDepth--;
    if (name === 'p') this.#finishParagraph();
    if (name === 'tc') this.#rows.at(-1)?.push((this.#cells.pop() ?? '').trim());
    if (name === 'tr') this.#finishRow();
  }

  #add(text: string): void {
    const paragraph = this.#paragraphs.at(-1);
    if (paragraph === undefined) return;
    paragraph.text += text;
    if (paragraph.text.length > 4 * maxBlockCharacters) {
      this.#blocks.push({ kind: 'paragraph', text: paragraph.text });
      paragraph.text = '';
    }
  }

  #finishParagraph(): void {
    const paragraph = this.#paragraphs.pop();
    const text = paragraph?.text.trim() ?? '';
    if (paragraph === undefined || text.length === 0) return;
    if (this.#cells.length > 0) {
      const before = this.#cells.at(-1) ?? '';
      this.#cells[this.#cells.length - 1] = before.length === 0 ? text : `${before} ${text}`;
      return;
    }
    const level = paragraph.level ?? this.#levels.get(paragraph.style ?? '');
    if (level !== undefined) this.#blocks.push({ kind: 'heading', text, level });
    else this.#blocks.push({ kind: paragraph.listed ? 'list-item' : 'paragraph', text });
  }

  #finishRow(): void {
    const text = (this.#rows.pop() ?? []).filter((cell) => cell.length > 0).join(' | ');
    if (text.length === 0) return;
    if (this.#cells.length > 0) {
      const before = this.#cells.at(-1) ?? '';
      this.#cells[this.#cells.length - 1] = before.length === 0 ? text : `${before}; ${text}`;
      return;
    }
    this.#blocks.push({ kind: 'table-row', text });
  }
}
