import type { DocumentBlock } from '../document-block.ts';

/** A normalised block with its place in the document's text: all blocks, one line feed between two. */
export interface LocatedBlock extends DocumentBlock {
  /** UTF-16 units from the beginning of the document's text. */
  readonly start: number;
  /** The headings that it stands under, outermost first; a heading's own text is the last of them. */
  readonly headings: readonly string[];
}

const maxHeadingCharacters = 200;

/** Numbers the text and keeps the path of headings. Streams. */
export async function* locateBlocks(blocks: AsyncIterable<DocumentBlock>): AsyncGenerator<LocatedBlock> {
  let start = 0;
  let path: { readonly level: number; readonly text: string }[] = [];
  for await (const block of blocks) {
    if (block.kind === 'heading') {
      const level = block.level ?? 1;
      path = [...path.filter((above) => above.level < level), { level, text: shortened(block.text) }];
    }
    yield { ...block, start, headings: path.map(({ text }) => text) };
    start += block.text.length + 1;
  }
}

/** No half of a surrogate pair is left at the end: PostgreSQL refuses it. */
function shortened(text: string): string {
  const cut = text.slice(0, maxHeadingCharacters);
  return /[\uD800-\uDBFF]$/.test(cut) && cut.length < text.length ? cut.slice(0, -1) : cut;
}
