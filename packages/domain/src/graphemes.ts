const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The letters of `text` as readers see them (extended grapheme clusters of UAX #29): each with the marks on it. A segmenter takes
 * microseconds a letter, too long for a text that is measured after every word; so it is only asked where marks are not simple.
 */
export function graphemesOf(text: string): string[] {
  if (!joins.test(text)) return Array.from(text);
  if (joinsByRule.test(text)) return Array.from(segmenter.segment(text), ({ segment }) => segment);
  return text.match(letterWithMarks) ?? [];
}

/** Belongs to the letter before it, whatever that is: accents, Thai marks and its vowel of two parts, voicing marks of kana. */
const simple = String.raw`\u0300-\u036f\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u3099\u309a\uff9e\uff9f`;
/** Other marks, controls, parts of Korean syllables, halves of flags, skin tones: may belong to what stands before. */
const other = String.raw`\p{Grapheme_Extend}\p{M}\p{C}\p{Emoji_Modifier}\p{Regional_Indicator}\u0eb3\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff`;
const joins = new RegExp(`[${simple}${other}]`, 'u');
const joinsByRule = new RegExp(`(?![${simple}])[${other}]`, 'u');
const letterWithMarks = new RegExp(`.[${simple}]*`, 'gsu');
