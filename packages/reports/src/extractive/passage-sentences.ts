import { contentTerms, hasCommonWords, isCommonWord, type Word, wordsOf } from '@pressroom/domain';
import type { NumberedPassage } from '../report-tasks.ts';
import { type TermVector, weighTerms } from './rank-sentences.ts';
import { sentencesOf } from './sentences.ts';

/** A sentence of a passage that can be quoted. */
export interface PassageSentence {
  readonly text: string;
  readonly passage: NumberedPassage;
  readonly words: readonly Word[];
  readonly terms: readonly string[];
  readonly vector: TermVector;
  /** From 0, over all passages. */
  readonly position: number;
}

const shortest = { words: 5, terms: 2 };
const longestWords = 70;
/** Letters among all characters but spaces: less is a table or a formula. */
const leastLetters = 0.6;
/** Letters that stand for something, such as x and g1, among all words: more is a formula. */
const mostSingleLetters = 0.15;
const longestCharacters = 900;
/** Of all sentences: a term of more is frequent everywhere. */
const mostHolders = 0.04;
/** Whole sentences, fewer than which say nothing about a document. */
const fewest = 3;

const cellBorder = ' | ';
/** What is left of the notes and numbers of another sentence. */
const leftover = /^(?:\[?\d{1,3}\]\s*)+|^[•·▪◦‣–—*-]\s+|^\((?:[ivx]{1,5}|[a-z]|\d{1,2})\)\s+/u;
/** A heading of the third level and below, which runs into its text. */
const runInHeading = /^\d{1,3}(?:\.\d{1,3})+\.?\s+\p{Lu}/u;
/** A list of terms, or the title of a work: short words aside, nearly all have a capital letter. */
const keywordList =
  /^(?:Key ?words|Index Terms|Schlüsselwörter|Schlagwörter|Mots[- ]clés|Palabras clave|Parole chiave)\b/iu;
const mostCapitals = 0.6;
/** Dots and lines that lead the eye to a number: a row of a form or of a table of contents. */
const leaders = /(?:[.·…_]\s?){4,}/u;
/** Operators and letters that stand for no sound: the text is a formula, or was read wrongly. */
const formula = /[\u2190-\u22ff\u2a00-\u2aff\ufffd\p{Co}]/u;

/** The sentences of the passages in order, each once: passages overlap. Headings, rows of tables and fragments are left out. */
export function passageSentences(passages: readonly NumberedPassage[], language: string): PassageSentence[] {
  const found = collect(passages, language, isWholeSentence);
  // A document of nothing but notes and tables is better told by these than not at all.
  return found.length >= fewest ? found : collect(passages, language, () => true);
}

/** It begins and ends as a sentence does, and is no row of a table. */
function isWholeSentence(text: string, language: string): boolean {
  return (
    /[.!?…。！？]["'”’»)\]]*$/u.test(text) &&
    !/^[\p{Ll},;:)\]]/u.test(text) &&
    !text.includes(cellBorder) &&
    !runInHeading.test(text) &&
    !keywordList.test(text) &&
    !isTitle(text, language)
  );
}

/** In German every noun has a capital letter, and the share of them tells nothing. */
function isTitle(text: string, language: string): boolean {
  if (/^de(?:-|$)/.test(language)) return false;
  const [, ...long] = text.match(/\p{L}[\p{L}\p{M}'’]{3,}/gu) ?? [];
  return long.length > 2 && long.filter((word) => /^\p{Lu}/u.test(word)).length > long.length * mostCapitals;
}

function collect(
  passages: readonly NumberedPassage[],
  language: string,
  isWanted: (text: string, language: string) => boolean,
): PassageSentence[] {
  const seen = new Set<string>();
  const found: Omit<PassageSentence, 'vector'>[] = [];
  for (const passage of passages) {
    const lines = sentencesOf(passage.text, language);
    for (const [index, line] of lines.entries()) {
      const text = line.replace(leftover, '');
      if (seen.has(text) || text.length > longestCharacters || passage.headings.includes(line)) continue;
      if (!isWanted(text, language) || isTableHead(line, lines[index - 1])) continue;
      seen.add(text);
      const words = wordsOf(text, language);
      const terms = contentTerms(words, language);
      if (words.length < shortest.words || words.length > longestWords || terms.length < shortest.terms)
        continue;
      if (!isProse(text, words, language)) continue;
      found.push({ text, passage, words, terms, position: found.length });
    }
  }
  const everywhere = hasCommonWords(language) ? new Set<string>() : frequentTerms(found);
  const vectors = weighTerms(found.map(({ terms }) => terms.filter((term) => !everywhere.has(term))));
  return found.map((sentence, index) => ({ ...sentence, vector: vectors[index] ?? new Map() }));
}

/** Terms of so many sentences that they are as good as common words, in a language of which these are not known. */
function frequentTerms(sentences: readonly Pick<PassageSentence, 'terms'>[]): ReadonlySet<string> {
  const holders = new Map<string, number>();
  for (const { terms } of sentences)
    for (const term of new Set(terms)) holders.set(term, (holders.get(term) ?? 0) + 1);
  const most = Math.max(3, sentences.length * mostHolders);
  return new Set([...holders].filter(([, count]) => count > most).map(([term]) => term));
}

/** The first of several rows names the columns, and says nothing itself. */
function isTableHead(line: string, before: string | undefined): boolean {
  return line.includes(cellBorder) && before?.includes(cellBorder) !== true;
}

function isProse(text: string, words: readonly Word[], language: string): boolean {
  const letters = text.match(/[\p{L}\p{M}]/gu)?.length ?? 0;
  const all = text.replaceAll(/\s/gu, '').length;
  if (all === 0 || letters / all < leastLetters) return false;
  if (formula.test(text) || leaders.test(text)) return false;
  const single = words.filter(
    ({ text: word }) => /^[\p{Lu}\p{Ll}]\d{0,2}$/u.test(word) && !isCommonWord(word.toLowerCase(), language),
  ).length;
  return single <= words.length * mostSingleLetters;
}
