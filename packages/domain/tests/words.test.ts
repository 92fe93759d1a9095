import { describe, expect, test } from '@jest/globals';
import {
  contentTerms,
  languageByCommonWords,
  segmenterOf,
  withoutCommonWords,
  wordsOf,
} from '../src/index.ts';

const terms = (text: string, language: string) => wordsOf(text, language).map(({ term }) => term);

describe('words', () => {
  test('are known by the stem of their composed lower-case form, and told as they are written', () => {
    expect(wordsOf('Cafe\u0301 ﬁne', 'en')).toEqual([
      { text: 'Cafe\u0301', start: 0, term: 'café' },
      { text: 'ﬁne', start: 6, term: 'fin' },
    ]);
  });

  test('are found in scripts that write without spaces', () => {
    expect(terms('水道の水質は毎週検査されています。', 'ja')).toContain('水質');
    expect(terms('ราคาซ่อมแพง', 'th').length).toBeGreaterThan(1);
  });

  test('that say nothing are left out by the language; numbers are terms only where they are asked for', () => {
    const words = wordsOf('The repair of 2024 was not an option', 'en');
    expect(contentTerms(words, 'en-GB')).toEqual(['repair', 'option']);
    expect(withoutCommonWords(words, 'en')).toEqual(['repair', '2024', 'option']);
    expect(withoutCommonWords(words, 'tlh')).toHaveLength(words.length);
  });

  test.each([
    ['Why did the northern pump fail?', 'en'],
    ['Warum ist die Pumpe ausgefallen?', 'de'],
    ['Pourquoi la pompe est-elle en panne ?', 'fr'],
    ['¿Por qué se ha parado la bomba?', 'es'],
  ])('of “%s” tell its language', (question, language) => {
    expect(languageByCommonWords(wordsOf(question, 'und'))).toBe(language);
  });

  test('of a long text are those of its lines, and take time by its length', () => {
    const line = 'The northern pump failed in March. 水道の水質は毎週検査されています。';
    const one = wordsOf(line, 'en');
    const begun = performance.now();
    const many = wordsOf(`${line}\n`.repeat(5_000), 'en');
    expect(many).toHaveLength(one.length * 5_000);
    const lastLine = (line.length + 1) * 4_999;
    expect(many.slice(-one.length)).toEqual(one.map((word) => ({ ...word, start: word.start + lastLine })));
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('without common ones tell none', () => {
    expect(languageByCommonWords(wordsOf('Pumpe 7 Ausfall', 'und'))).toBeUndefined();
  });
});

test('segmenters are made once a language, whatever regions and extensions a document names', () => {
  expect(segmenterOf('en-GB-x-made-up', 'word')).toBe(segmenterOf('en', 'word'));
  expect(segmenterOf('no tag at all', 'sentence')).toBe(segmenterOf('xyz', 'sentence'));
});
