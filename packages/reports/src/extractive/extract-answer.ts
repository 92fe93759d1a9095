import { contentTerms, wordsOf } from '@pressroom/domain';
import type { AnswerAnswer, AnswerMaterial } from '../report-tasks.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { type PassageSentence, passageSentences } from './passage-sentences.ts';
import { rankSentences } from './rank-sentences.ts';
import { standingAlone } from './standing-alone.ts';

const mostSentences = 4;
/** Of the weight of the question's words: below it a sentence is about something else. */
const leastCovered = 0.2;
/** Of the best sentence's score: what has much less of the question says nothing beside it. */
const leastOfBest = 0.5;
/** What a place in the middle of the passages counts beside the question's words. */
const centrality = 0.15;

/**
 * The sentences that have most of the question's words, the rarer counting more, in the order in which they stand. A question without
 * a word of its own, such as what this is about, is answered by the sentences that are nearest to all others.
 */
export function extractAnswer({ question, passages, language }: AnswerMaterial): AnswerAnswer {
  const asked = new Set(contentTerms(wordsOf(question, language), language));
  const told = passageSentences(passages, language).filter(({ text }) => !/[?？]$/u.test(text));
  const ranks = rankSentences(told.map(({ vector }) => vector));
  const covered = coverage(asked, told);
  const scored = told
    .map((sentence, index) => {
      const rank = ranks[index] ?? 0;
      const share = covered(sentence);
      const score = (asked.size === 0 ? rank : share + centrality * rank) * standingAlone(sentence, language);
      return { sentence, share, score, vector: sentence.vector };
    })
    .filter(({ share }) => asked.size === 0 || share >= leastCovered)
    .sort((a, b) => b.score - a.score || a.sentence.position - b.sentence.position);
  const best = scored[0]?.score ?? 0;
  const similar = scored.filter(({ score }) => score >= best * leastOfBest).slice(0, 40);
  const chosen = chooseDiverse(similar, mostSentences, (entry) => entry).toSorted(
    (a, b) => a.sentence.position - b.sentence.position,
  );
  return {
    answered: chosen.length > 0,
    text: chosen.map(({ sentence }) => sentence.text).join(' '),
    citations: chosen.map(({ sentence }) => ({ passage: sentence.passage.number, quote: sentence.text })),
  };
}

/** Of the weight of all words that are asked for, the share that a sentence has; a word weighs more the fewer sentences have it. */
function coverage(
  asked: ReadonlySet<string>,
  sentences: readonly PassageSentence[],
): (sentence: PassageSentence) => number {
  const holders = new Map<string, number>();
  for (const { terms } of sentences)
    for (const term of new Set(terms)) holders.set(term, (holders.get(term) ?? 0) + 1);
  const weights = new Map(
    Array.from(asked, (term) => [term, Math.log(1 + sentences.length / (1 + (holders.get(term) ?? 0)))]),
  );
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return ({ terms }) =>
    all === 0 ? 0 : [...new Set(terms)].reduce((sum, term) => sum + (weights.get(term) ?? 0), 0) / all;
}
