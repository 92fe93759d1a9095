import { describe, expect, test } from '@jest/globals';
import { mapAnswerSchema, type NumberedPassage } from '../src/index.ts';
import { mapped, passages } from './water-works.ts';

describe('an extractive map', () => {
  const answer = mapped({ language: 'en', passages });

  test('has the shape of a model’s answer, and each of its findings quotes a passage exactly', () => {
    expect(mapAnswerSchema.safeParse(answer).error).toBeUndefined();
    expect(answer.findings.length).toBeGreaterThanOrEqual(3);
    for (const { detail, citations } of answer.findings) {
      const [citation] = citations;
      expect(passages[citation?.passage ?? -1]?.text).toContain(detail);
      expect(citation?.quote).toBe(detail);
    }
  });

  test('finds figures with their units, names, and the questions that are asked', () => {
    expect(answer.figures.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['€ 48,200', '12 days', '25 mg']),
    );
    expect(answer.entities.map(({ name }) => name)).toContain('Riverside Water Authority');
    expect(answer.openQuestions).toEqual(['Who pays for the second pump?']);
  });

  test('takes its titles from the headings and its severities from signal words', () => {
    expect(answer.findings.map(({ title }) => title)).toEqual(expect.arrayContaining(['Pumps']));
    const danger = answer.findings.find(({ detail }) => detail.includes('danger'));
    expect(danger?.severity ?? 'high').toBe('high');
  });

  test('gives the same for the same, and something for texts of any sort', () => {
    expect(mapped({ language: 'en', passages })).toEqual(answer);
    for (const text of [
      '',
      '12 | 13 | 14',
      '日本語の文章です。水道の水質は毎週検査されています。',
      'aaaa '.repeat(5_000),
    ]) {
      const odd = mapped({
        language: 'ja',
        passages: [{ number: 0, text, headings: [] }],
      });
      expect(mapAnswerSchema.safeParse(odd).error).toBeUndefined();
    }
  });

  test('reads a batch of 40,000 words within seconds', () => {
    const letters = (value: number): string =>
      String(value).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
    const words = Array.from({ length: 997 }, (_, index) => `word${letters((index * 7_919) % 997)}`);
    const many: NumberedPassage[] = Array.from({ length: 128 }, (_, number) => ({
      number,
      headings: [],
      text: Array.from(
        { length: 20 },
        (__, sentence) =>
          `The ${Array.from({ length: 16 }, (___, word) => words[(number * 31 + sentence * 17 + word * word) % 997]).join(' ')}.`,
      ).join(' '),
    }));
    const begun = performance.now();
    const { findings } = mapped({ language: 'en', passages: many });
    expect(findings.length).toBe(12);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
