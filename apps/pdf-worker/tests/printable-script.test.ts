import { readFile } from 'node:fs/promises';
import { expect, jest, test } from '@jest/globals';
import fontkit from '@pdf-lib/fontkit';
import {
  CodePointSet,
  encodedFontSets,
  fontSetNames,
  printableText,
  unprintableCharacters,
} from '@pressroom/domain';
import { checkPrintable } from '@pressroom/pdf-worker';
import { fontCoverage } from '../src/services/pages/font-coverage.ts';
import { faceNames, fontFiles, fontOf } from '../src/services/pages/font-files.ts';

jest.setTimeout(60_000);

test.each(fontSetNames)('the generated table is what the %s fonts have', async (set) => {
  expect([...new CodePointSet(encodedFontSets[set])]).toEqual(await fontCoverage(set));
});

test.each(fontSetNames)(
  'each of the %s fonts has a glyph for every character of their table',
  async (set) => {
    const points = [...new CodePointSet(encodedFontSets[set])];
    for (const name of new Set(faceNames.map((face) => fontOf(face, set)))) {
      const font = fontkit.create(await readFile(fontFiles[name].path));
      for (const point of points) {
        if (!font.hasGlyphForCodePoint(point)) throw new Error(`${name} lacks U+${point.toString(16)}`);
      }
    }
  },
);

test('Latin, Greek, Cyrillic, Vietnamese, Japanese and Thai can be printed, composed or not', () => {
  for (const text of [
    'Ærøskøbing, Łódź, Çeşme',
    'Ένα καλοκαίρι',
    'Їжачок и Ёжик',
    'Huế',
    'e\u0323\u0302',
    '5 € — “¡olé!”',
    '夏の思い出、ﾊﾞｽで〜「海」へ！',
    'か\u3099か\u309a𠮷野家㈱①',
    'ฤดูร้อนที่บ้านริมน้ำ ๒๕๖๗ ฯลฯ ต่างๆ',
  ]) {
    expect(unprintableCharacters(text)).toEqual([]);
  }
});

test('every ideograph and every kana of the Japanese standard JIS X 0208 can be printed', () => {
  const decoder = new TextDecoder('euc-jp');
  for (let row = 0xa1; row <= 0xf4; row += 1) {
    for (let cell = 0xa1; cell <= 0xfe; cell += 1) {
      const character = decoder.decode(Uint8Array.of(row, cell));
      if (!/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(character)) continue;
      expect(unprintableCharacters(character)).toEqual([]);
    }
  }
});

test('other scripts, emoji, controls and lone surrogates are named once each, in order', () => {
  expect(unprintableCharacters('aनदनb')).toEqual(['न', 'द']);
  expect(unprintableCharacters('I ❤️ you 🎉')).toEqual(['❤', '🎉']);
  expect(unprintableCharacters('שלום')).toEqual(['ש', 'ל', 'ו', 'ם']);
  expect(unprintableCharacters('한국')).toEqual(['한', '국']);
  expect(unprintableCharacters('我们的')).toEqual(['们']);
  expect(unprintableCharacters('a\u0007b')).toEqual(['\u0007']);
  expect(unprintableCharacters('a\uD800b')).toEqual(['\uD800']);
  expect(unprintableCharacters('\uFFFD')).toEqual(['\uFFFD']);
});

test('white space becomes single spaces and what draws nothing goes', () => {
  expect(printableText(' a\n\t b\u2003c\u200b\u00ad ')).toBe('a b c');
  expect(printableText('10\u00a0km\u202fh')).toBe('10\u00a0km\u00a0h');
});

test('a text in an unsupported script is refused with its field and its first letters', () => {
  expect(() => checkPrintable('नद', 'title')).toThrow(
    expect.objectContaining({
      code: 'unsupported-script',
      message: 'The title has letters that the fonts do not have: “न” (U+0928), “द” (U+0926)',
      facts: { field: 'title', characters: ['न', 'द'] },
    }),
  );
});
