import { graphemesOf } from '@pressroom/domain';
import type { CustomFontSubsetEmbedder } from 'pdf-lib';

export type GlyphRun = ReturnType<CustomFontSubsetEmbedder['font']['layout']>;

/** Some glyphs of a text that is laid out. */
export interface GlyphGroup {
  readonly from: number;
  readonly to: number;
  /** The letters that they stand for; only where the glyphs by themselves would be copied as others. */
  readonly copiedAs?: string;
}

/**
 * The glyphs in their order, divided where readers would not copy the text from them: there, each letter with its marks. That is where
 * glyphs stand for other letters, and where marks are moved from where they would stand: some readers take them for letters of the next
 * word, or of a line above the line.
 *
 * @param idsOf the glyphs of a letter with its marks that is laid out alone.
 */
export function glyphGroups(
  text: string,
  { glyphs, positions }: GlyphRun,
  idsOf: (letter: string) => readonly number[],
): GlyphGroup[] {
  const all = { from: 0, to: glyphs.length };
  const isPlain = (from: number, to: number, letters: string): boolean =>
    copied(glyphs.slice(from, to)) === letters &&
    positions.slice(from, to).every(({ xOffset, yOffset }) => xOffset === 0 && yOffset === 0);
  if (isPlain(0, glyphs.length, text)) return [all];
  const groups: GlyphGroup[] = [];
  let from = 0;
  for (const letter of graphemesOf(text)) {
    const ids = idsOf(letter);
    const to = from + ids.length;
    // Shaped otherwise than alone: which glyphs are its own cannot be told.
    if (ids.some((id, index) => id !== glyphs[from + index]?.id)) return [{ ...all, copiedAs: text }];
    const last = groups.at(-1);
    if (!isPlain(from, to, letter)) groups.push({ from, to, copiedAs: letter });
    else if (last === undefined || last.copiedAs !== undefined) groups.push({ from, to });
    else groups[groups.length - 1] = { from: last.from, to };
    from = to;
  }
  return from === glyphs.length ? groups : [{ ...all, copiedAs: text }];
}

/** The text that readers make of the glyphs. */
function copied(glyphs: GlyphRun['glyphs']): string {
  return glyphs.map(({ codePoints }) => String.fromCodePoint(...codePoints)).join('');
}
