import { readFile } from 'node:fs/promises';
import { expect, jest, test } from '@jest/globals';
import fontkit from '@pdf-lib/fontkit';
import { printableRanges, printableText, unprintableCharacters } from '@pressroom/domain';
import { checkPrintable } from '@pressroom/pdf-worker';
import { fontCoverage } from '../src/services/pages/font-coverage.ts';
import { faceNames, fontFiles } from '../src/services/pages/font-files.ts';

jest.setTimeout(60_000);

test('the generated table is what the fonts have', async () => {
  expect(printableRanges).toEqual(await fontCoverage());
});

test('every face has a glyph for every character that counts as printable', async () => {
  for (const face of faceNames) {
    const font = fontkit.create(await readFile(fontFiles[face].path));
    for (const [first, last] of printableRanges) {
      for (let point = first; point <= last; point += 1) {
        if (!font.hasGlyphForCodePoint(point)) throw new Error(`${face} lacks U+${point.toString(16)}`);
      }
    }
  }
});

test('Latin, Greek, Cyrillic and Vietnamese can be printed, composed or not', () => {
  for (const text of [
    'Ærøskøbing, Łódź, Çeşme',
    'Ένα καλοκαίρι',
    'Їжачок и Ёжик',
    'Huế',
    'e\u0323\u0302',
    '5 € — “¡olé!”',
  ]) {
    expect(unprintableCharacters(text)).toEqual([]);
  }
});

test('other scripts, emoji, controls and lone surrogates are named once each, in order', () => {
  expect(unprintableCharacters('a漢字漢b')).toEqual(['漢', '字']);
  expect(unprintableCharacters('I ❤️ you 🎉')).toEqual(['❤', '🎉']);
  expect(unprintableCharacters('שלום')).toEqual(['ש', 'ל', 'ו', 'ם']);
  expect(unprintableCharacters('a\u0007b')).toEqual(['\u0007']);
  expect(unprintableCharacters('a\uD800b')).toEqual(['\uD800']);
  expect(unprintableCharacters('\uFFFD')).toEqual(['\uFFFD']);
});

test('white space becomes single spaces and what draws nothing goes', () => {
  expect(printableText(' a\n\t b\u2003c\u200b\u00ad ')).toBe('a b c');
  expect(printableText('10\u00a0km\u202fh')).toBe('10\u00a0km\u00a0h');
});

test('a text in an unsupported script is refused with its field and its first letters', () => {
  expect(() => checkPrintable('漢字', 'title')).toThrow(
    expect.objectContaining({
      code: 'unsupported-script',
      message: 'The title has letters that the fonts do not have: “漢” (U+6F22), “字” (U+5B57)',
      facts: { field: 'title', characters: ['漢', '字'] },
    }),
  );
});
