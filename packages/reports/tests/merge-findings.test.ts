import { describe, expect, test } from '@jest/globals';
import { mergeEntities, mergeFindings, type PartFinding } from '../src/index.ts';

const finding = (detail: string, change: Partial<PartFinding> = {}): PartFinding => ({
  title: detail.slice(0, 20),
  detail,
  severity: 'info',
  confidence: 0.5,
  citations: [{ document: 0, chunkId: 'c1', quote: detail }],
  ...change,
});

describe('merged findings', () => {
  test('that quote the same words, or say the same in nearly the same words, become one with the citations of all', () => {
    const merged = mergeFindings([
      finding('The northern pump failed twice in March because of dry bearings.', { confidence: 0.4 }),
      finding('The northern pump failed twice in March because of very dry bearings.', {
        severity: 'high',
        citations: [{ document: 1, chunkId: 'c2', quote: 'failed twice in March' }],
      }),
      finding('Nitrate stayed below the limit in all samples.'),
    ]);
    expect(merged).toHaveLength(2);
    expect(merged[0]).toMatchObject({ severity: 'high', citations: [{ document: 1 }, { document: 0 }] });
  });
  test('with other numbers stay apart, however alike they are', () => {
    const rows = [1, 2].map((month) =>
      finding(`The level at the northern bridge was ${month + 90} cm in month ${month} of that year.`),
    );
    expect(mergeFindings(rows)).toHaveLength(2);
  });
  test('stand gravest first, then surest', () => {
    const merged = mergeFindings([
      finding('Alpha beta gamma delta.', { confidence: 0.9 }),
      finding('One two three four five.', { severity: 'critical', confidence: 0.1 }),
      finding('Red green blue yellow.', { confidence: 0.95 }),
    ]);
    expect(merged.map(({ detail }) => detail[0])).toEqual(['O', 'R', 'A']);
  });
});

test('names that differ in case and spaces are one entity, with its mentions and documents', () => {
  expect(
    mergeEntities(
      [
        { name: 'Water  Authority', kind: 'other', document: 2, mentions: 1 },
        { name: 'Water Authority', kind: 'organisation', document: 0, mentions: 2 },
        { name: 'Water Authority', kind: 'other', document: 0, mentions: 1 },
      ],
      10,
    ),
  ).toEqual([{ name: 'Water Authority', kind: 'organisation', mentions: 4, documents: [0, 2] }]);
});

test('a name that is there once, and of which nobody knows what it names, is no entity', () => {
  const once = { document: 0, mentions: 1 };
  const names = mergeEntities(
    [
      { name: 'Calling Compiled', kind: 'other', ...once },
      { name: 'Dr. Anna Schmidt', kind: 'person', ...once },
      { name: 'Riverside', kind: 'other', ...once },
      { name: 'Riverside', kind: 'other', document: 3, mentions: 1 },
    ],
    10,
  ).map(({ name }) => name);
  expect(names).toEqual(['Riverside', 'Dr. Anna Schmidt']);
});
