import type { DocumentBlock } from '../document-block.ts';
import { maxBlockCharacters } from '../document-limits.ts';
import { cutText } from '../text/cut-text.ts';

const maxLinks = 100;
const maxLinkCharacters = 2_000;

/**
 * The block in pieces that no step after it needs much memory for, whichever reader it comes from: at most
 * {@link maxBlockCharacters} of text each. Its links stay with the first piece, or a long paragraph would repeat all of them
 * in each of its pieces.
 */
export function* boundedBlocks(block: DocumentBlock): Generator<DocumentBlock> {
  const { links, text, ...rest } = block;
  let first = true;
  for (const piece of cutText(text, maxBlockCharacters)) {
    yield first && links !== undefined
      ? {
          ...rest,
          text: piece,
          links: links.slice(0, maxLinks).map((link) => link.slice(0, maxLinkCharacters)),
        }
      : { ...rest, text: piece };
    first = false;
  }
}
