import { contentTerms, wordsOf } from '@pressroom/domain';
import type { MapAnswer, MapMaterial } from '../report-tasks.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { findFigures } from './find-figures.ts';
import { findNames } from './find-names.ts';
import { keyTerms, type PassageSentence, passageSentences } from './passage-sentences.ts';
import { rankSentences, similarity, type TermVector, weighTerms } from './rank-sentences.ts';
import { severityOf } from './signal-words.ts';

/** Sentences that are compared with each other; of more, those that are nearest to the middle of all are taken first. */
const mostRanked = 500;
const findingsPer = { sentences: 10, least: 3, most: 12 };
const mostEntities = 30;
const mostFigures = 15;
const mostQuestions = 6;

/** Findings that are the most central sentences of the passages; each quotes itself, so that it is true to the text. */
export function extractMap({ passages, language, question }: MapMaterial): MapAnswer {
  const sentences = passageSentences(passages, language);
  const told = sentences.filter(({ text }) => !text.endsWith('?'));
  const ranked = rankAll(told, question, language);
  const most = Math.min(
    findingsPer.most,
    Math.max(findingsPer.least, Math.round(told.length / findingsPer.sentences)),
  );
  const chosen = chooseDiverse(ranked, most, ({ score, sentence }) => ({ score, vector: sentence.vector }));
  const summary = chosen
    .slice(0, 3)
    .toSorted((a, b) => a.sentence.position - b.sentence.position)
    .map(({ sentence }) => sentence.text)
    .join(' ');
  return {
    summary: summary === '' ? firstWords(passages) : summary.slice(0, 2_000),
    findings: chosen.map(({ sentence, score }) => ({
      title: titleOf(sentence),
      detail: sentence.text,
      severity: severityOf(sentence.text),
      confidence: Math.round(score * 100) / 100,
      citations: [{ passage: sentence.passage.number, quote: sentence.text }],
    })),
    entities: sentences
      .flatMap(({ text }) => findNames(text))
      .slice(0, mostEntities)
      .map(({ name, kind }) => ({ name: name.slice(0, 150), kind })),
    figures: ranked
      .toSorted((a, b) => a.sentence.position - b.sentence.position)
      .flatMap(({ sentence }) =>
        findFigures(sentence.text).map((value) => ({
          value: value.slice(0, 80),
          meaning: meaningOf(sentence, value),
          passage: sentence.passage.number,
          quote: sentence.text,
        })),
      )
      .slice(0, mostFigures),
    openQuestions: sentences
      .filter(({ text }) => text.endsWith('?') && text.length <= 500)
      .map(({ text }) => text)
      .slice(0, mostQuestions),
  };
}

interface Ranked {
  readonly sentence: PassageSentence;
  readonly score: number;
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
      return { sentence, score };
    })
    .sort((a, b) => b.score - a.score || a.sentence.position - b.sentence.position);
}

export function questionVector(question: string, language: string): TermVector {
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

/** The nearest heading tells what a sentence is about; without one its own weightiest words do. */
function titleOf(sentence: PassageSentence): string {
  const heading = sentence.passage.headings.at(-1)?.trim() ?? '';
  const terms = keyTerms(sentence, 3).join(' · ');
  const title = heading === '' || heading.length > 80 ? terms : heading;
  return (title === '' ? sentence.text : title).slice(0, 200).trim();
}

function meaningOf(sentence: PassageSentence, value: string): string {
  const terms = keyTerms(sentence, 5).filter((term) => !value.includes(term));
  return (terms.length === 0 ? sentence.text : terms.join(' · ')).slice(0, 300);
}

function firstWords(passages: MapMaterial['passages']): string {
  const text = passages
    .map((passage) => passage.text)
    .join(' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return text === '' ? '–' : text.slice(0, 300);
}
