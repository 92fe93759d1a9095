import { francAll } from 'franc';

/** Characters that the guess is made from, and fewer than which it is not made at all. */
export const languageSampleCharacters = 8_192;
const minCharacters = 60;
/** The guess must be ahead of the next one by this share, or nothing is said. */
const minLead = 0.01;

/** BCP 47 language of a text by its trigrams (Cavnar and Trenkle 1994), or undefined when the text is too short or says too little. */
export function detectLanguage(sample: string): string | undefined {
  const text = sample.slice(0, languageSampleCharacters);
  if (text.trim().length < minCharacters) return undefined;
  // Scots is always close behind English, and hardly ever meant.
  const [first, second] = francAll(text, { minLength: minCharacters, ignore: ['sco'] });
  if (first === undefined || first[0] === 'und') return undefined;
  if (second !== undefined && first[1] - second[1] < minLead) return undefined;
  return bcp47(first[0]);
}

/** `deu` → `de`. */
function bcp47(iso6393: string): string {
  // ISO 639-3 gives Mandarin a code of its own; tags name the macrolanguage.
  return iso6393 === 'cmn' ? 'zh' : (Intl.getCanonicalLocales(iso6393)[0] ?? iso6393);
}
