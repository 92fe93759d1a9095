import { expect, test } from '@jest/globals';
import { type AnswerAnswer, extractiveMakers } from '../src/index.ts';
import { passages, passagesOf } from './water-works.ts';

test('an extractive answer is made of the sentences that are most similar to the question, and is none when nothing is', () => {
  const make = extractiveMakers['report-answer'].make;
  const material = { language: 'en', passages };
  const answer = make?.({ ...material, question: 'What did the repair cost?' }) as AnswerAnswer;
  expect(answer.answered).toBe(true);
  expect(answer.text).toContain('€ 48,200');
  for (const { passage, quote } of answer.citations) expect(passages[passage]?.text).toContain(quote);
  // Not a word of it is about anything: what stands in the middle of the documents is what they are about.
  const about = make?.({ ...material, question: 'What is this about?' }) as AnswerAnswer;
  expect(about.answered).toBe(true);
  for (const { passage, quote } of about.citations) expect(passages[passage]?.text).toContain(quote);
  expect(make?.({ ...material, question: 'Wherefore zebras?' })).toEqual({
    answered: false,
    text: '',
    citations: [],
  });
});

test('an extractive answer knows a word in its other forms', () => {
  const make = extractiveMakers['report-answer'].make;
  const asked = (language: string, question: string, text: string): boolean =>
    (make?.({ language, question, passages: passagesOf(text) }) as AnswerAnswer | undefined)?.answered ===
    true;
  const english = 'The pump of the town failed in March because its bearings were dry.';
  expect(asked('en', 'Where did pumps fail?', english)).toBe(true);
  expect(asked('en', 'Who sails boats?', english)).toBe(false);
  const german = 'Die alten Pumpen der Stadt sind im März wegen trockener Lager ausgefallen.';
  expect(asked('de', 'Welche Pumpe ist alt?', german)).toBe(true);
  expect(
    asked('fr', 'Où est la pompe ?', 'Toutes les pompes de la ville sont tombées en panne en mars.'),
  ).toBe(true);
});
