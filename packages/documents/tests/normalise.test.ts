import { expect, test } from '@jest/globals';
import { detectLanguage, normaliseBlock, RunningHeads } from '@pressroom/documents';
import fc from 'fast-check';

const clean = (text: string) => normaliseBlock({ kind: 'paragraph', text })?.text;

test('puts words together that a line end parts, and leaves real hyphens', () => {
  expect(clean('the print-\ning press')).toBe('the printing press');
  expect(clean('Donau-\nDampfschiff')).toBe('Donau- Dampfschiff');
  expect(clean('a well-known  fact\nof  life')).toBe('a well-known fact of life');
});

test('drops what nobody sees: controls, zero-width characters, and marks that turn the direction', () => {
  expect(clean('pay \u202Eevil\u202C now\u0000\u200B\uFEFF')).toBe('pay evil now');
  expect(clean('\u200B\u0007 ')).toBeUndefined();
  // Persian needs its non-joiner, and emoji their joiner.
  expect(clean('می\u200Cخواهم 👨\u200D👩')).toBe('می\u200Cخواهم 👨\u200D👩');
});

test('what comes out can be stored whatever came in, and does not change when cleaned again', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('paragraph', 'code'),
      (text, kind) => {
        const once = normaliseBlock({ kind, text });
        if (once === undefined) return;
        expect(once.text.isWellFormed()).toBe(true);
        expect(once.text).not.toContain('\u0000');
        expect(normaliseBlock(once)).toEqual(once);
      },
    ),
  );
});

test('a line on page after page is a running head, whatever its page number; one on two pages is not', () => {
  const heads = new RunningHeads();
  const line = (page: number, text: string) => ({ kind: 'paragraph', text, page, edge: 'top' }) as const;
  for (let page = 1; page <= 8; page++)
    heads.observe(page % 4 === 0 ? line(page, 'A new chapter') : line(page, `Annual report ${page}`));
  expect(heads.includes(line(3, 'Annual report 3'))).toBe(true);
  expect(heads.includes(line(4, 'A new chapter'))).toBe(false);
  expect(heads.includes({ kind: 'paragraph', text: 'Annual report 3', page: 3 })).toBe(false);
});

test.each([
  [
    'de',
    'Die Druckerei druckt jeden Morgen die Zeitung, und wer sie lesen will, muss früh aufstehen und zum Markt gehen.',
  ],
  [
    'en',
    'The press prints the newspaper every morning, and whoever wants to read it has to rise early and walk to the market.',
  ],
  [
    'ru',
    'Типография печатает газету каждое утро, и тот, кто хочет её прочитать, должен рано встать и пойти на рынок.',
  ],
  [
    'ja',
    '印刷所は毎朝新聞を印刷しますので、それを読みたい人は早起きして市場まで歩いて行かなければなりません。そしてそこで友だちに会います。',
  ],
  [
    'el',
    'Το τυπογραφείο τυπώνει την εφημερίδα κάθε πρωί, και όποιος θέλει να τη διαβάσει πρέπει να ξυπνήσει νωρίς.',
  ],
])('recognises %s', (language, text) => {
  expect(detectLanguage(text)).toBe(language);
});

test('says nothing about the language of what is too short', () => {
  expect(detectLanguage('OK 123')).toBeUndefined();
});
