import { CodePointSet } from './code-point-set.ts';
import { graphemesOf } from './graphemes.ts';
import { encodedFontSets } from './printable-script-sets.ts';

/**
 * The sets of fonts of the printed pages, in the order in which they are asked for a letter. Each set has all weights that the pages
 * use, with the same letters.
 */
export const fontSetNames = ['european', 'japanese', 'thai'] as const;
export type FontSetName = (typeof fontSetNames)[number];

/** A part of a text that one set of fonts shows; none does where `fontSet` is undefined. */
export interface FontRun {
  readonly text: string;
  readonly fontSet: FontSetName | undefined;
}

/**
 * Text as it is set: composed (NFC), every run of white space one space, and without characters that draw nothing
 * (joiners, direction marks, soft hyphens, variation selectors), which the scripts of the fonts do without.
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
 * Text as it is set (see `printableText`), divided by the fonts that show it: put together, the runs are the text. A letter and the
 * marks on it are never divided, since marks are placed by the font that has their letter.
 */
export function fontRuns(text: string): FontRun[] {
  if (text === '') return [];
  const [first] = fontSetNames;
  if (setOf(first).hasAll(text)) return [{ text, fontSet: first }];
  const runs: { text: string; fontSet: FontSetName | undefined }[] = [];
  for (const segment of graphemesOf(text)) {
    const fontSet = fontSetNames.find((name) => setOf(name).hasAll(segment));
    const last = runs.at(-1);
    if (last !== undefined && last.fontSet === fontSet) last.text += segment;
    else runs.push({ text: segment, fontSet });
  }
  return runs;
}

/**
 * The characters of `text` that the fonts of the printed pages lack, each once, in order of appearance. Empty means that
 * it can be printed. A lone surrogate or a control character counts as lacking, and so does a mark that the fonts have, but not
 * together with its letter.
 */
export function unprintableCharacters(text: string): string[] {
  const missing = new Set<string>();
  for (const run of fontRuns(printableText(text))) {
    if (run.fontSet !== undefined) continue;
    for (const segment of graphemesOf(run.text)) {
      for (const character of missingOf(segment)) missing.add(character);
    }
  }
  return [...missing];
}

const noBreakSpace = '\u00a0';
const drawsNothing = /\u034f|\p{Variation_Selector}|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;
const decoded = new Map<FontSetName, CodePointSet>();

function setOf(name: FontSetName): CodePointSet {
  let set = decoded.get(name);
  if (set === undefined) {
    set = new CodePointSet(encodedFontSets[name]);
    decoded.set(name, set);
  }
  return set;
}

/** Of a letter with its marks that no set of fonts has whole: what none has, or else what is not in the fonts of the letter. */
function missingOf(segment: string): string[] {
  const characters = Array.from(segment);
  const nowhere = characters.filter((character) =>
    fontSetNames.every((name) => !setOf(name).hasAll(character)),
  );
  if (nowhere.length > 0) return nowhere;
  const home = fontSetNames.find((name) => setOf(name).hasAll(characters[0] ?? ''));
  return characters.filter((character) => home === undefined || !setOf(home).hasAll(character));
}
