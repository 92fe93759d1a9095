import type { DocumentBlock } from '../document-block.ts';

/**
 * Characters that nobody sees: controls, soft hyphens, zero-width spaces, and the marks that turn the reading direction, by which text
 * can be made to say another thing to a person than to a program. Joiners stay: Persian and emoji need them.
 */
const invisible = /[\p{Cc}\u00AD\u200B\u2060\uFEFF\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/gu;

/**
 * The block as it is kept and cited: NFC, no invisible characters, words that a line's end parts put together again, white space
 * collapsed (lines stay lines in code only). Undefined when nothing is left.
 */
export function normaliseBlock(block: DocumentBlock): DocumentBlock | undefined {
  const text = block.kind === 'code' ? cleanCode(block.text) : cleanProse(block.text);
  if (text.length === 0) return undefined;
  const { edge: _, ...kept } = block;
  return { ...kept, text };
}

function cleanProse(text: string): string {
  return (
    text
      .toWellFormed()
      .normalize('NFC')
      // A lower-case letter on both sides: `Donau-\nDampfschiff` keeps its hyphen.
      .replace(/(\p{Ll})[-\u00AD\u2010]\n\s*(?=\p{Ll})/gu, '$1')
      .replace(/\s+/gu, ' ')
      .replace(invisible, '')
      .replace(/ {2,}/g, ' ')
      .trim()
  );
}

function cleanCode(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+$/gmu, '')
    .replace(invisible, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replace(/^\n+|\n+$/g, '');
}
