const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The letters of `text` as readers see them: each with the marks on it. A segmenter takes microseconds a letter, too long for a text
 * that is measured after every letter; so it is only asked where something may belong to the letter before it.
 */
export function graphemesOf(text: string): string[] {
  if (!mayJoin.test(text)) return [...text];
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Marks, vowels that stand beside their letter (Thai, Lao), parts of Korean syllables, halves of flags, skin tones, controls. */
const mayJoin =
  /[\p{Grapheme_Extend}\p{M}\p{C}\p{Emoji_Modifier}\p{Regional_Indicator}\u0e33\u0eb3\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff]/u;
