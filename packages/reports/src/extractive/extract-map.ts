import { contentTerms, wordsOf } from '@pressroom/domain';
import { severities } from '../report.ts';
import type { MapAnswer, MapMaterial } from '../report-tasks.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { findFigures, wordsAround } from './find-figures.ts';
import { findNames, isTellingName } from './find-names.ts';
import { keyPhrases, titleOfPhrases } from './key-phrases.ts';
import { type PassageSentence, passageSentences } from './passage-sentences.ts';
import { rankSentences, similarity, type TermVector, weighTerms } from './rank-sentences.ts';
import { severityOf } from './signal-words.ts';
import { standingAlone } from './standing-alone.ts';
import { usableHeadings } from './usable-headings.ts';

/** Sentences that are compared with each other; of more, those that are nearest to the middle of all are taken first. */
const mostRanked = 500;
const findingsPer = { sentences: 10, least: 3, most: 12 };
const mostEntities = 30;
const mostFigures = 15;
const mostQuestions = 6;
/** Of the words around a figure. */
const longestMeaning = 160;
/** What each level of gravity adds when findings are chosen: a grave sentence is seldom a central one. */
const gravity = 0.12;

/** Findings that are the most central sentences of the passages; each quotes itself, so that it is true to the text. */
export function extractMap({ passages, language, question }: MapMaterial): MapAnswer {
  const sentences = passageSentences(passages, language);
  const told = sentences.filter(({ text }) => !/[?？;]["'”’»)\]]*$/u.test(text));
  const ranked = rankAll(told, question, language);
  const most = Math.min(
    findingsPer.most,
    Math.max(findingsPer.least, Math.round(told.length / findingsPer.sentences)),
  );
  const headingOf = usableHeadings(passages, language);
  const chosen = chooseDiverse(ranked, most, ({ score, level, sentence }) => ({
    score: score * (1 + gravity * level),
    vector: sentence.vector,
  }));
  const summary = chosen
    .slice(0, 3)
    .toSorted((a, b) => a.sentence.position - b.sentence.position)
    .map(({ sentence }) => sentence.text)
    .join(' ');
  return {
    summary: summary === '' ? firstWords(passages) : summary.slice(0, 2_000),
    findings: chosen.map(({ sentence, score }) => ({
      title: (headingOf(sentence.passage) ?? phrasesOf(sentence, language)).slice(0, 200).trim(),
      detail: sentence.text,
      severity: severityOf(sentence.text, language),
      confidence: Math.round(score * 100) / 100,
      citations: [{ passage: sentence.passage.number, quote: sentence.text }],
    })),
    entities: entitiesOf(sentences, language),
    figures: figuresOf(ranked),
    openQuestions: sentences
      .filter(({ text }) => /[?？]$/u.test(text) && text.length <= 500)
      .map(({ text }) => text)
      .slice(0, mostQuestions),
  };
}

interface Ranked {
  readonly sentence: PassageSentence;
  readonly score: number;
  /** 0 is a note, 4 the gravest. */
  readonly level: number;
}

function rankAll(
  sentences: readonly PassageSentence[],
  question: string | undefined,
  language: string,
): Ranked[] {
  const considered = sentences.length <= mostRanked ? sentences : nearestToMiddle(sentences);
  const ranks = rankSentences(considered.map(({ vector }) => vector));
  const asked = question === undefined ? undefined : questionVector(question, language);
  return considered
    .map((sentence, index) => {
      const rank = ranks[index] ?? 0;
      // What is asked for comes first, and what is central to the document after it.
      const score =
        asked === undefined ? rank : 0.5 * rank + 0.5 * Math.min(1, 2 * similarity(asked, sentence.vector));
      const level = severities.length - 1 - severities.indexOf(severityOf(sentence.text, language));
      return { sentence, score: score * standingAlone(sentence, language), level };
    })
    .sort((a, b) => b.score - a.score || a.sentence.position - b.sentence.position);
}

function questionVector(question: string, language: string): TermVector {
  return weighTerms([contentTerms(wordsOf(question, language), language)])[0] ?? new Map();
}

function nearestToMiddle(sentences: readonly PassageSentence[]): PassageSentence[] {
  const middle = new Map<string, number>();
  for (const { vector } of sentences) {
    for (const [term, weight] of vector) middle.set(term, (middle.get(term) ?? 0) + weight);
  }
  return sentences
    .map((sentence) => ({ sentence, near: similarity(sentence.vector, middle) }))
    .sort((a, b) => b.near - a.near || a.sentence.position - b.sentence.position)
    .slice(0, mostRanked)
    .map(({ sentence }) => sentence)
    .sort((a, b) => a.position - b.position);
}

function phrasesOf(sentence: PassageSentence, language: string): string {
  const title = titleOfPhrases(keyPhrases(sentence, language, 2));
  return title === '' ? sentence.text : title;
}

/** Names that are met more than once, or that say themselves what they name: a capital letter alone proves nothing. */
function entitiesOf(sentences: readonly PassageSentence[], language: string): MapAnswer['entities'] {
  const found = sentences.flatMap(({ text }) => findNames(text, language));
  const mentions = new Map<string, number>();
  for (const { name } of found) mentions.set(name, (mentions.get(name) ?? 0) + 1);
  const known = new Set<string>();
  return found
    .filter((each) => (mentions.get(each.name) ?? 0) > 1 || isTellingName(each))
    .filter(({ name }) => !known.has(name) && known.add(name) !== undefined)
    .toSorted((a, b) => (mentions.get(b.name) ?? 0) - (mentions.get(a.name) ?? 0))
    .slice(0, mostEntities);
}

/** The figures of the most central sentences, in the order in which they stand. */
function figuresOf(ranked: readonly Ranked[]): MapAnswer['figures'] {
  return ranked
    .map(({ sentence }) => ({ sentence, figures: findFigures(sentence.text) }))
    .filter(({ figures }) => figures.length > 0)
    .slice(0, mostFigures)
    .sort((a, b) => a.sentence.position - b.sentence.position)
    .flatMap(({ sentence, figures }) =>
      figures.map((figure) => ({
        value: figure.value.slice(0, 80),
        meaning: wordsAround(sentence.text, figure, longestMeaning),
        passage: sentence.passage.number,
        quote: sentence.text,
      })),
    )
    .slice(0, mostFigures);
}

function firstWords(passages: MapMaterial['passages']): string {
  const text = passages
    .map((passage) => passage.text)
    .join(' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return text === '' ? '–' : text.slice(0, 300);
}
