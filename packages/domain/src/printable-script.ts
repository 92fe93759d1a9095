import { printableRanges } from './printable-script-ranges.ts';

/**
 * Text as it is set: composed (NFC), every run of white space one space, and without characters that draw nothing
 * (joiners, direction marks, soft hyphens, variation selectors), which Latin, Greek and Cyrillic do without.
 */
export function printableText(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(drawsNothing, '')
    .replaceAll(/[\u2007\u202f]/gu, noBreakSpace)
    .replaceAll(/[^\S\u00a0]+/gu, ' ')
    .replaceAll(/^[\s\u00a0]+|[\s\u00a0]+$/gu, '');
}

/**
 * The characters of `text` that the fonts of the printed pages lack, each once, in order of appearance. Empty means that
 * it can be printed. A lone surrogate or a control character counts as lacking.
 */
export function unprintableCharacters(text: string): string[] {
  const missing = new Set<string>();
  for (const character of printableText(text)) {
    if (!isPrintable(character.codePointAt(0) ?? 0)) missing.add(character);
  }
  return [...missing];
}

const noBreakSpace = '\u00a0';
const drawsNothing = /\u034f|\p{Variation_Selector}|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** True for a character of text as it is set that every font of the printed pages has. */
export function isPrintableCharacter(character: string): boolean {
  return isPrintable(character.codePointAt(0) ?? 0);
}

function isPrintable(codePoint: number): boolean {
  let low = 0;
  let high = printableRanges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = printableRanges[middle] ?? [0, 0];
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return true;
  }
  return false;
}
