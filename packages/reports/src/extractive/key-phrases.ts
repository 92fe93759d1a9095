import { isContentWord, type Word } from '@pressroom/domain';
import type { TermVector } from './rank-sentences.ts';

/** Words that one phrase has at most. */
const longestPhrase = 4;
/** Of the mean weight of a sentence's terms: what weighs less is as good as a common word. */
const leastWeight = 0.55;

export interface WeighedText {
  readonly text: string;
  readonly words: readonly Word[];
  readonly vector: TermVector;
}

/**
 * What a sentence is about, in words that stand side by side in it, the weightiest phrase first: runs between common words and
 * punctuation (Rose et al., "Automatic Keyword Extraction from Individual Documents", 2010), weighed by the terms' tf-idf.
 */
export function keyPhrases({ text, words, vector }: WeighedText, language: string, most: number): string[] {
  const mean = [...vector.values()].reduce((sum, weight) => sum + weight, 0) / Math.max(1, vector.size);
  const weightOf = ({ term }: Word): number => vector.get(term) ?? 0;
  const runs: Word[][] = [];
  let end = -1;
  for (const word of words) {
    const counts = isContentWord(word, language) && weightOf(word) >= mean * leastWeight;
    const isNext = end >= 0 && /^[ \u00a0‐-]?$/u.test(text.slice(end, word.start));
    const run = runs.at(-1);
    if (counts && isNext && run !== undefined && run.length < longestPhrase) run.push(word);
    else if (counts) runs.push([word]);
    end = counts ? word.start + word.text.length : -1;
  }
  const nouns = /^de(?:-|$)/.test(language) ? runs.map(upToLastNoun).filter((run) => run.length > 0) : runs;
  const seen = new Set<string>();
  return (nouns.length > 0 ? nouns : runs)
    .map((run, position) => ({ run, position, weight: run.reduce((sum, word) => sum + weightOf(word), 0) }))
    .sort((a, b) => b.weight - a.weight || a.position - b.position)
    .filter(({ run }) => {
      const key = run.map(({ term }) => term).join(' ');
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .slice(0, most)
    .sort((a, b) => a.position - b.position)
    .map(({ run }) => phraseOf(text, run));
}

/** German writes nouns with a capital letter: a verb behind the last of them is no part of a phrase. */
function upToLastNoun(run: readonly Word[]): Word[] {
  const last = run.findLastIndex(({ text }) => /^\p{Lu}/u.test(text));
  return run.slice(0, last + 1);
}

function phraseOf(text: string, run: readonly Word[]): string {
  const [first, last] = [run[0], run.at(-1)];
  return first === undefined || last === undefined
    ? ''
    : text.slice(first.start, last.start + last.text.length);
}

/** Phrases as a title: with a capital letter at its head. */
export function titleOfPhrases(phrases: readonly string[]): string {
  const title = phrases.join(' · ');
  const [first = ''] = title;
  // A name in mixed case, such as of a function, is written as it is.
  const word = /^[\p{L}\p{M}\p{N}]*/u.exec(title)?.[0] ?? '';
  return /\p{Lu}/u.test(word) ? title : first.toUpperCase() + title.slice(first.length);
}
