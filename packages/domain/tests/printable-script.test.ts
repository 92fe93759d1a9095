import { describe, expect, test } from '@jest/globals';
import {
  CodePointSet,
  encodeCodePoints,
  encodedFontSets,
  fontRuns,
  fontSetNames,
  graphemesOf,
  printableText,
  unprintableCharacters,
} from '@pressroom/domain';

/** The same row of numbers on every run: from 0 up to 1, without 1. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const letters = Array.from('aé漢かﾊ々ー。「กำ้ๆท 한ㅏक्ष🎉👍🏽🇯🇵\u0301\u3099\u309aﾟ\u200d\u1161\n\u00a0𠮷1');
function* texts(count: number): Generator<string> {
  const random = numbers(7);
  for (let made = 0; made < count; made += 1) {
    yield Array.from({ length: 8 }, () => letters[Math.floor(random.next().value * letters.length)]).join('');
  }
}

/** Where each part ends. */
function bordersOf(parts: readonly string[]): number[] {
  const borders: number[] = [];
  for (const { length } of parts) borders.push((borders.at(-1) ?? 0) + length);
  return borders;
}

describe('letters of a text', () => {
  test('are those of Unicode’s segmentation, whichever way they are found', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    for (const text of texts(5_000))
      expect(graphemesOf(text)).toEqual(Array.from(segmenter.segment(text), ({ segment }) => segment));
  });
});

describe('runs of one set of fonts', () => {
  test('are the text when they are put together, and have only letters of their fonts', () => {
    for (const text of texts(5_000)) {
      const runs = fontRuns(text);
      expect(runs.map((run) => run.text).join('')).toBe(text);
      for (const [index, { text: part, fontSet }] of runs.entries()) {
        expect(runs[index - 1]?.fontSet ?? 'none before').not.toBe(fontSet ?? 'none');
        if (fontSet !== undefined) expect(new CodePointSet(encodedFontSets[fontSet]).hasAll(part)).toBe(true);
      }
    }
  });

  test('never part a letter from the marks on it', () => {
    for (const text of texts(5_000)) {
      const borders = bordersOf(graphemesOf(text));
      expect(borders).toEqual(expect.arrayContaining(bordersOf(fontRuns(text).map((run) => run.text))));
    }
  });

  test('take the first set of fonts that has the letter', () => {
    expect(fontRuns('A漢字、1 ก่อน…')).toEqual([
      { text: 'A', fontSet: 'european' },
      { text: '漢字、', fontSet: 'japanese' },
      { text: '1 ', fontSet: 'european' },
      { text: 'ก่อน', fontSet: 'thai' },
      { text: '…', fontSet: 'european' },
    ]);
  });

  test('without fonts where a mark is not in the fonts of its letter, which the check before submission names', () => {
    expect(fontRuns('x漢\u0e49y').map(({ fontSet }) => fontSet)).toEqual(['european', undefined, 'european']);
    expect(unprintableCharacters('x漢\u0e49y')).toEqual(['\u0e49']);
    expect(unprintableCharacters('ӂ\u309a')).toEqual(['\u309a']);
  });

  test('are without fonts exactly where the check before submission finds something', () => {
    for (const text of texts(5_000)) {
      const isMissing = fontRuns(printableText(text)).some(({ fontSet }) => fontSet === undefined);
      expect([text, unprintableCharacters(text).length > 0]).toEqual([text, isMissing]);
    }
  });
});

describe('a set of code points', () => {
  test('is the same after it was written down', () => {
    const random = numbers(3);
    const points = [
      ...new Set(Array.from({ length: 3_000 }, () => Math.floor(random.next().value ** 3 * 0x10ffff))),
    ];
    points.sort((a, b) => a - b);
    const set = new CodePointSet(encodeCodePoints(points));
    expect([...set]).toEqual(points);
    for (const point of points) {
      expect(set.has(point)).toBe(true);
      expect(set.has(point + 1)).toBe(points.includes(point + 1));
    }
  });

  test('is small when it is written down, also for a font of ideographs', () => {
    expect(
      fontSetNames.map((name) => encodedFontSets[name].length).reduce((sum, each) => sum + each),
    ).toBeLessThan(12_000);
  });
});
