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
      // A byte order mark counts as white space, and is none to anybody who reads.
      .replace(/[^\S\uFEFF]+/gu, ' ')
      .replace(invisible, '')
      .replace(/ {2,}/g, ' ')
      .trim()
  );
}

/** Line by line: a pattern for blanks at the end of a line looks at a run of blanks as often as the run is long. */
function cleanCode(text: string): string {
  const lines = text
    .toWellFormed()
    .normalize('NFC')
    .split(/\r\n?|\n/)
    .map((line) => line.replace(invisible, (character) => (character === '\t' ? character : '')).trimEnd());
  const first = lines.findIndex((line) => line.length > 0);
  return lines.slice(Math.max(0, first), lines.findLastIndex((line) => line.length > 0) + 1).join('\n');
}
