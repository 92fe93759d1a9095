import { Parser } from 'htmlparser2';
import type { BlockKind, DocumentBlock } from '../document-block.ts';
import { type DocumentLimits, maxBlockCharacters } from '../document-limits.ts';

const hiddenElements = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'head',
  'svg',
  'math',
  'iframe',
  'object',
  'select',
  'button',
]);
const blockElements = new Set(
  'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul h1 h2 h3 h4 h5 h6'.split(
    ' ',
  ),
);

/** Blocks of a piece of HTML in document order, read as a stream. */
export function* htmlBlocks(html: string, _limits: DocumentLimits): Generator<DocumentBlock> {
  const reader = new HtmlReader();
  const parser = new Parser(reader, { decodeEntities: true });
  for (let at = 0; at < html.length; at += 65_536) {
    parser.write(html.slice(at, at + 65_536));
    yield* reader.take();
  }
  parser.end();
  yield* reader.take();
}

class HtmlReader {
  readonly #blocks: DocumentBlock[] = [];
  readonly #open: string[] = [];
  #hidden = 0;
  #preformatted = 0;
  #text = '';
  /** Whether the text ends with white space. Looking at the text itself would copy all of it each time. */
  #spaced = true;
  #links: string[] = [];
  #row: string[] | undefined;

  take(): DocumentBlock[] {
    return this.#blocks.splice(0);
  }

  onopentag(name: string, attributes: Readonly<Record<string, string>>): void {
    if (isHidden(name, attributes)) this.#hidden++;
    this.#open.push(isHidden(name, attributes) ? `!${name}` : name);
    if (this.#hidden > 0) return;
    if (blockElements.has(name)) this.#boundary();
    if (name === 'pre') this.#preformatted++;
    if (name === 'tr') this.#row = [];
    if (name === 'br') this.#add('\n');
    if (name === 'img' && attributes['alt']) this.#add(` ${attributes['alt']} `);
    if (name === 'a' && /^https?:/i.test(attributes['href'] ?? '') && this.#links.length < 100) {
      this.#links.push((attributes['href'] ?? '').slice(0, 2_000));
    }
  }

  ontext(text: string): void {
    if (this.#hidden > 0) return;
    this.#add(this.#preformatted > 0 ? text : text.replace(/\s+/g, ' '));
    // A row is one block, however long.
    if (this.#row === undefined && this.#text.length > 4 * maxBlockCharacters) this.#boundary();
  }

  onclosetag(name: string): void {
    const opened = this.#open.pop();
    if (opened?.startsWith('!')) {
      this.#hidden--;
      return;
    }
    if (this.#hidden > 0) return;
    if (name === 'td' || name === 'th') {
      this.#row?.push(this.#takeText());
      return;
    }
    if (name === 'tr') this.#finishRow();
    else if (blockElements.has(name)) this.#boundary(name);
    if (name === 'pre') this.#preformatted--;
  }

  onend(): void {
    this.#boundary();
  }

  #add(text: string): void {
    this.#text += text;
    this.#spaced = /\s$/.test(text.slice(-1));
  }

  #cleaned(): string {
    return this.#preformatted > 0
      ? this.#text.trimEnd().replace(/^\n+/, '')
      : this.#text
          .replace(/[^\S\n]+/g, ' ')
          .replace(/ *\n */g, '\n')
          .trim();
  }

  #takeText(): string {
    const text = this.#cleaned();
    this.#text = '';
    this.#spaced = true;
    return text;
  }

  #boundary(closing?: string): void {
    // A cell's blocks are parts of its row.
    if (this.#row !== undefined) {
      if (!this.#spaced) this.#add(' ');
      return;
    }
    const text = this.#takeText();
    const links = this.#links;
    this.#links = [];
    if (text.length === 0) return;
    const level = /^h([1-6])$/.exec(closing ?? '')?.[1];
    this.#blocks.push({
      kind: level === undefined ? this.#kindOf(closing) : 'heading',
      text,
      ...(level === undefined ? {} : { level: Number(level) }),
      ...(links.length === 0 ? {} : { links }),
    });
  }

  #kindOf(closing: string | undefined): BlockKind {
    if (closing === 'pre') return 'code';
    return closing === 'li' || this.#open.at(-1) === 'li' ? 'list-item' : 'paragraph';
  }

  #finishRow(): void {
    const cells = (this.#row ?? []).filter((cell) => cell.length > 0);
    this.#row = undefined;
    this.#takeText();
    const links = this.#links;
    this.#links = [];
    if (cells.length === 0) return;
    this.#blocks.push({
      kind: 'table-row',
      text: cells.join(' | '),
      ...(links.length === 0 ? {} : { links }),
    });
  }
}

function isHidden(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (hiddenElements.has(name)) return true;
  if ('hidden' in attributes) return true;
  return /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(attributes['style'] ?? '');
}
