import { expect, test } from '@jest/globals';
import { balanceLines, breakLines, limitLines } from '../src/services/pages/line-breaking.ts';

/** Every letter is one point wide. */
const measure = (text: string) => text.length;

test('fills lines from the first and gives the text back when they are put together', () => {
  const text = 'the quick brown fox jumps over the lazy dog';
  const lines = breakLines(text, 16, measure);
  expect(lines).toEqual(['the quick brown ', 'fox jumps over ', 'the lazy dog']);
  expect(lines.join('')).toBe(text);
});

test('leaves no single word on the last line', () => {
  const text = 'A summer at the house on the hill';
  expect(breakLines(text, 30, measure)).toEqual(['A summer at the house on the ', 'hill']);
  expect(balanceLines(text, 30, measure)).toEqual(['A summer at the ', 'house on the hill']);
});

test('cuts a word that is wider than the line, between letters and not inside one', () => {
  const lines = breakLines('e\u0323\u0302'.repeat(10), 9, measure);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatch(/^(e\u0323\u0302)+$/u);
});

test('ends with an ellipsis that still fits when lines are dropped', () => {
  const lines = limitLines(['the quick brown ', 'fox jumps over ', 'the dog'], 2, 15, measure);
  expect(lines).toEqual(['the quick brown ', 'fox jumps over…']);
});

test('gives no lines for no text', () => {
  expect(breakLines('', 10, measure)).toEqual([]);
  expect(balanceLines('', 10, measure)).toEqual([]);
});
