import { contentTerms, type Word, wordsOf } from '@pressroom/domain';
import type { NumberedPassage } from '../report-tasks.ts';
import { type TermVector, weighTerms } from './rank-sentences.ts';
import { sentencesOf } from './sentences.ts';

/** A sentence of a passage that can stand by itself. */
export interface PassageSentence {
  readonly text: string;
  readonly passage: NumberedPassage;
  readonly words: readonly Word[];
  readonly terms: readonly string[];
  readonly vector: TermVector;
  /** From 0, over all passages. */
  readonly position: number;
}

const shortest = { words: 5, terms: 3 };
const longestWords = 70;
/** Letters among all characters but spaces: less is a table or a formula. */
const leastLetters = 0.6;
const longestCharacters = 900;
/** Whole sentences, fewer than which say nothing about a document. */
const fewest = 3;

/** It ends as a sentence does, and is no row of a table. */
function isWholeSentence(text: string): boolean {
  return /[.!?…。！？]["'”’»)\]]*$/u.test(text) && !text.includes(' | ');
}

/** The sentences of the passages in order, each once: passages overlap. Headings, rows of tables and fragments are left out. */
export function passageSentences(passages: readonly NumberedPassage[], language: string): PassageSentence[] {
  const found = collect(passages, language, isWholeSentence);
  // A document of nothing but notes and tables is better told by these than not at all.
  return found.length >= fewest ? found : collect(passages, language, () => true);
}

function collect(
  passages: readonly NumberedPassage[],
  language: string,
  isWanted: (text: string) => boolean,
): PassageSentence[] {
  const seen = new Set<string>();
  const found: Omit<PassageSentence, 'vector'>[] = [];
  for (const passage of passages) {
    for (const text of sentencesOf(passage.text, language)) {
      if (seen.has(text) || text.length > longestCharacters || passage.headings.includes(text)) continue;
      if (!isWanted(text)) continue;
      seen.add(text);
      const words = wordsOf(text, language);
      const terms = contentTerms(words, language);
      if (words.length < shortest.words || words.length > longestWords || terms.length < shortest.terms)
        continue;
      if (letterShare(text) < leastLetters) continue;
      found.push({ text, passage, words, terms, position: found.length });
    }
  }
  const vectors = weighTerms(found.map(({ terms }) => terms));
  return found.map((sentence, index) => ({ ...sentence, vector: vectors[index] ?? new Map() }));
}

function letterShare(text: string): number {
  const letters = text.match(/[\p{L}\p{M}]/gu)?.length ?? 0;
  const all = text.replaceAll(/\s/gu, '').length;
  return all === 0 ? 0 : letters / all;
}

/** The words of a sentence that weigh most, as they are written, in their order. */
export function keyTerms({ words, vector }: PassageSentence, most: number): string[] {
  const wanted = new Set(
    [...vector]
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, most)
      .map(([term]) => term),
  );
  const named: string[] = [];
  for (const { text, term } of words) {
    if (!wanted.delete(term)) continue;
    named.push(text);
  }
  return named;
}
