import type { AnswerAnswer, AnswerMaterial } from '../report-tasks.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { questionVector } from './extract-map.ts';
import { passageSentences } from './passage-sentences.ts';
import { rankSentences, similarity } from './rank-sentences.ts';

const mostSentences = 4;
/** Below it a sentence has hardly a word in common with the question. */
const leastSimilarity = 0.12;

/**
 * The sentences that are most similar to the question, in the order in which they stand. A question without a word of its own, such
 * as what this is about, is answered by the sentences that are nearest to all others.
 */
export function extractAnswer({ question, passages, language }: AnswerMaterial): AnswerAnswer {
  const asked = questionVector(question, language);
  const told = passageSentences(passages, language).filter(({ text }) => !text.endsWith('?'));
  const central = asked.size === 0 ? rankSentences(told.map(({ vector }) => vector)) : undefined;
  const similar = told
    .map((sentence, index) => ({
      sentence,
      score: central?.[index] ?? similarity(asked, sentence.vector),
      vector: sentence.vector,
    }))
    .filter(({ score }) => central !== undefined || score >= leastSimilarity)
    .sort((a, b) => b.score - a.score || a.sentence.position - b.sentence.position)
    .slice(0, 40);
  const chosen = chooseDiverse(similar, mostSentences, (entry) => entry).toSorted(
    (a, b) => a.sentence.position - b.sentence.position,
  );
  return {
    answered: chosen.length > 0,
    text: chosen.map(({ sentence }) => sentence.text).join(' '),
    citations: chosen.map(({ sentence }) => ({ passage: sentence.passage.number, quote: sentence.text })),
  };
}
