import { describe, expect, test } from '@jest/globals';
import { graphemesOf } from '@pressroom/domain';
import { seededRandom } from '@pressroom/testing';
import { breakLines, titleLines } from '../src/services/pages/line-breaking.ts';
import { linePieces, phrasePieces } from '../src/services/pages/line-pieces.ts';

/** Every letter is one point wide. */
const measure = (text: string): number => graphemesOf(text).length;

// Written down from JIS X 4051 (line-start and line-end prohibition), not taken from the code.
const neverFirst = Array.from(
  '、。，．・：；？！ー〜々ゝゞヽヾ゛゜」』）】〉》〕］｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%)]}',
);
const neverLast = Array.from('「『（【〈《〔［｛([{');
const plain = Array.from('日本語漢字かなカナ東京夏海𠮷');
const others = Array.from('abc12 -ก่อนที่น้ำๆ');

const random = seededRandom(11);
const texts = Array.from({ length: 2_000 }, () =>
  Array.from({ length: 24 }, () =>
    random.pick(random.chance(0.5) ? plain : random.chance(0.6) ? [...neverFirst, ...neverLast] : others),
  ).join(''),
);

describe('the pieces between which a line may end', () => {
  test('are the text when they are put together, and never part a letter from its marks', () => {
    for (const text of texts) {
      for (const pieces of [linePieces(text), phrasePieces(text)]) {
        expect(pieces.join('')).toBe(text);
        expect(pieces.flatMap((piece) => graphemesOf(piece))).toEqual(graphemesOf(text));
      }
    }
  });

  test('never begin with closing punctuation, small kana or marks that repeat or prolong, nor end with what opens', () => {
    for (const text of texts) {
      const pieces = linePieces(text);
      // After a space a line may begin with anything.
      for (const [index, piece] of pieces.entries())
        if (index > 0 && !pieces[index - 1]?.endsWith(' '))
          expect(neverFirst).not.toContain(graphemesOf(piece)[0]);
      for (const piece of pieces.slice(0, -1)) expect(neverLast).not.toContain(graphemesOf(piece).at(-1));
    }
  });

  test('are single letters where ideographs and kana stand beside each other', () => {
    expect(linePieces('日本語のテスト')).toEqual(Array.from('日本語のテスト'));
    expect(linePieces('「東京」は、キャラッと。')).toEqual(['「東', '京」', 'は、', 'キャ', 'ラッ', 'と。']);
    expect(linePieces('Gogh（画家）1853年')).toEqual(['Gogh', '（画', '家）', '1853', '年']);
    expect(linePieces('待て……１２３円、50%。￥100')).toEqual([
      '待',
      'て……',
      '１２３',
      '円、',
      '50%。',
      '￥100',
    ]);
  });

  test('are words in Thai, which is written without spaces', () => {
    expect(linePieces('ภาษาไทยเป็นภาษาที่มีระดับเสียง ต่างๆ')).toEqual([
      'ภาษา',
      'ไทย',
      'เป็น',
      'ภาษา',
      'ที่',
      'มี',
      'ระดับ',
      'เสียง ',
      'ต่างๆ',
    ]);
  });

  test('are what stands between spaces in scripts that have them', () => {
    expect(linePieces('state-of-the-art ist/war “так” 10\u00a0km')).toEqual([
      'state-of-the-art ',
      'ist/war ',
      '“так” ',
      '10\u00a0km',
    ]);
  });
});

describe('lines', () => {
  test('of Japanese are full but for what may not begin the next one', () => {
    for (const text of texts.map((each) =>
      each.replaceAll(/[^\p{Script=Han}\p{Script=Hiragana}、。]/gu, ''),
    )) {
      const lines = breakLines(text, 6, measure);
      expect(lines.join('')).toBe(text);
      for (const [index, line] of lines.slice(0, -1).entries()) {
        expect(measure(line)).toBeLessThanOrEqual(6);
        const next = linePieces(lines[index + 1] ?? '')[0] ?? '';
        expect(measure(line + next)).toBeGreaterThan(6);
      }
    }
  });

  test('of a title end where a reader would pause', () => {
    expect(titleLines('夏の思い出アルバム', 4, measure, 3)).toEqual(['夏の', '思い出', 'アルバム']);
    expect(titleLines('2024年夏の写真', 6, measure, 2)).toEqual(['2024年', '夏の写真']);
    expect(titleLines('オリンピック', 5, measure, 3)).toBeUndefined();
  });
});
