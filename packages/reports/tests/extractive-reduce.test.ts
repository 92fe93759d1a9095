import { describe, expect, test } from '@jest/globals';
import { extractiveMakers, reduceAnswerSchema } from '../src/index.ts';

test('an extractive reduction keeps numbers that were given, and takes from every document', () => {
  const findings = Array.from({ length: 60 }, (_, number) => ({
    number,
    title: `Title ${number}`,
    detail: `Sentence ${number} speaks of subject${number} and matter${number % 7} in place${number % 11}.`,
    severity: 'info',
    confidence: 1 - number / 100,
    documents: [number % 3],
  }));
  const reduced = reduceAnswerSchema.parse(
    extractiveMakers['report-reduce'].make({ language: 'en', summaries: [], openQuestions: [], findings }),
  );
  expect(reduced.findings).toHaveLength(24);
  for (const place of [0, 1, 2]) expect(reduced.summary).toContain(findings[place]?.detail);
});

interface Given {
  readonly title?: string;
  readonly detail: string;
  readonly severity?: string;
  readonly confidence?: number;
  readonly documents?: readonly number[];
}
const reduce = (...given: readonly Given[]) =>
  reduceAnswerSchema.parse(
    extractiveMakers['report-reduce'].make({
      language: 'en',
      summaries: [],
      openQuestions: [],
      findings: given.map((finding, number) => ({
        number,
        title: 'Pumps',
        severity: 'info',
        confidence: 0.8,
        documents: [0],
        ...finding,
      })),
    }),
  );

const details = [
  'The northern pump failed twice in March.',
  'Nitrate stayed below the limit in all samples of the year.',
  'The hospital has no tank of its own.',
  'A second pump was ordered by the water authority.',
  'Trout need more oxygen than the river had in August.',
] as const;

describe('titles', () => {
  const titles = (...given: readonly Given[]): string[] =>
    reduce(...given).findings.map(({ title }) => title);

  test('stay as they are where no other finding has them', () => {
    expect(titles({ title: 'Pumps', detail: details[0] }, { title: 'Quality', detail: details[1] })).toEqual([
      'Pumps',
      'Quality',
    ]);
  });
  test('that two or three findings share are told apart by the key words of each', () => {
    const [first, second] = titles({ detail: details[0] }, { detail: details[1] });
    expect(first).toMatch(/^Pumps: \S/);
    expect(second).toMatch(/^Pumps: \S/);
    expect(first).not.toBe(second);
    expect(details[0].toLowerCase()).toContain(first?.slice('Pumps: '.length).toLowerCase());
  });
  test('that many findings share give way to key words', () => {
    const all = titles(...details.map((detail) => ({ detail })));
    expect(new Set(all).size).toBe(details.length);
    for (const title of all) expect(title).not.toMatch(/^Pumps/);
  });
});

describe('the floor of confidence', () => {
  const kept = (...given: readonly Given[]): string[] =>
    reduce(...given).findings.map(({ detail }) => detail);
  const sure = details.slice(0, 3).map((detail) => ({ detail, confidence: 0.9 }));

  test('leaves out notes that are far less central than the best, and keeps what is graver', () => {
    expect(kept(...sure, { detail: details[3], confidence: 0.3 })).not.toContain(details[3]);
    expect(kept(...sure, { detail: details[3], confidence: 0.3, severity: 'high' })).toContain(details[3]);
  });
  test('leaves every document its best finding, and a short list as it is', () => {
    expect(kept(...sure, { detail: details[3], confidence: 0.1, documents: [1] })).toContain(details[3]);
    expect(
      kept({ detail: details[0], confidence: 0.9 }, { detail: details[1], confidence: 0.1 }),
    ).toHaveLength(2);
  });
});

test('the summary has a paragraph for each document, in their order', () => {
  const { summary } = reduce(
    { detail: details[1], documents: [1], confidence: 0.9 },
    { detail: details[0], documents: [0], confidence: 0.5 },
  );
  expect(summary).toBe(`${details[0]}\n${details[1]}`);
});
