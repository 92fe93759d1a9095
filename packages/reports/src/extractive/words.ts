import { isCommonWord } from './common-words.ts';
import { stemOf } from './stem-word.ts';

const segmenters = new Map<string, { word: Intl.Segmenter; sentence: Intl.Segmenter }>();

function segmentersOf(language: string): { word: Intl.Segmenter; sentence: Intl.Segmenter } {
  let made = segmenters.get(language);
  if (made === undefined) {
    const [locale] = supported(language);
    made = {
      word: new Intl.Segmenter(locale, { granularity: 'word' }),
      sentence: new Intl.Segmenter(locale, { granularity: 'sentence' }),
    };
    segmenters.set(language, made);
  }
  return made;
}

function supported(language: string): string[] {
  try {
    return Intl.getCanonicalLocales(language);
  } catch {
    return ['und'];
  }
}

export interface Word {
  /** As it is written. */
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly start: number;
  /** By which the same words are known: lower case, composed, without the endings of grammar. */
  readonly term: string;
}

/** The words of a text by the rules of its language (UAX #29, and dictionaries for scripts without spaces). */
export function wordsOf(text: string, language: string): Word[] {
  const words: Word[] = [];
  for (const { segment, index, isWordLike } of segmentersOf(language).word.segment(text)) {
    if (isWordLike !== true) continue;
    words.push({ text: segment, start: index, term: stemOf(plainForm(segment), language) });
  }
  return words;
}

/** Terms that say something about the matter. */
export function contentTerms(words: readonly Word[], language: string): string[] {
  return words.filter((word) => isContentWord(word, language)).map(({ term }) => term);
}

/** No common word, nothing of one letter of an alphabet, no bare number. */
export function isContentWord({ text, term }: Word, language: string): boolean {
  if (!/\p{L}/u.test(term) || (term.length < 2 && !/\p{Script=Han}/u.test(term))) return false;
  return !isCommonWord(plainForm(text), language);
}

function plainForm(word: string): string {
  return word.normalize('NFKC').toLowerCase().replaceAll('’', "'");
}

const abbreviation =
  /(?:^|[\s(])(?:\p{Lu}|(?:Dr|Prof|Mr|Mrs|Ms|St|No|Nr|Abs|Art|Fig|Abb|Bd|Hr|Fr|vol|pp?|ca|bzw|bzgl|vgl|sog|evtl|inkl|z\. ?B|d\. ?h|u\. ?a|e\. ?g|i\. ?e|etc|vs|al|cf|approx|resp|Eq|Sec|Tab|Inc|Ltd|Co|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Okt|Nov|Dec|Dez))\.\s*$/u;

/** The sentences of a text, trimmed. Lines are not joined: a heading is no part of the sentence below it. */
export function sentencesOf(text: string, language: string): string[] {
  const sentences: string[] = [];
  for (const line of text.split('\n')) {
    let open = '';
    for (const { segment } of segmentersOf(language).sentence.segment(line)) {
      open += segment;
      if (abbreviation.test(open)) continue;
      if (open.trim() !== '') sentences.push(open.trim());
      open = '';
    }
    if (open.trim() !== '') sentences.push(open.trim());
  }
  return sentences;
}
