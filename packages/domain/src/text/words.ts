import { isCommonWord, plainForm } from './common-words.ts';
import { segmenterOf } from './segmenter.ts';
import { stemOf } from './stem-word.ts';

/** A word of a text. */
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
  const segmenter = segmenterOf(language, 'word');
  for (const { 0: piece, index: from } of text.matchAll(pieces)) {
    for (const { segment, index, isWordLike } of segmenter.segment(piece)) {
      if (isWordLike !== true) continue;
      words.push({ text: segment, start: from + index, term: stemOf(plainForm(segment), language) });
    }
  }
  return words;
}

/** What a segmenter takes for each word grows with the text: cut at white space, which no word goes across, a megabyte takes seconds. */
const pieces = /[\s\S]{1,2000}(?=\s|$)|[\s\S]{1,2000}/gu;

/** Terms that say something about the matter. */
export function contentTerms(words: readonly Word[], language: string): string[] {
  return words.filter((word) => isContentWord(word, language)).map(({ term }) => term);
}

/** No common word, nothing of one letter of an alphabet, no bare number. */
export function isContentWord({ text, term }: Word, language: string): boolean {
  if (!/\p{L}/u.test(term) || (term.length < 2 && !/\p{Script=Han}/u.test(term))) return false;
  return !isCommonWord(plainForm(text), language);
}

/** The terms of the words, but for those that say nothing about the matter. */
export function withoutCommonWords(words: readonly Word[], language: string): string[] {
  return words.filter(({ text }) => !isCommonWord(plainForm(text), language)).map(({ term }) => term);
}
