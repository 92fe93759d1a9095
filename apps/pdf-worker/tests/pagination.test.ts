import { expect, test } from '@jest/globals';
import { fitPages, type Piece, paginate } from '../src/services/flow/piece.ts';

const column = { top: 110, bottom: 10 };
const piece = (change: Partial<Piece> = {}): Piece => ({
  height: 10,
  above: 0,
  withNext: false,
  section: 'Section',
  draw: () => {},
  ...change,
});
const pieces = (count: number, change: Partial<Piece> = {}): Piece[] =>
  Array.from({ length: count }, () => piece(change));
const lengths = (pages: readonly (readonly unknown[])[]): number[] => pages.map((page) => page.length);

test('pieces fill a page from its top, without the space above the first', () => {
  const pages = paginate(pieces(12, { above: 2 }), column);
  expect(lengths(pages)).toEqual([8, 4]);
  expect(pages[0]?.map(({ top }) => top).slice(0, 3)).toEqual([110, 98, 86]);
  expect(pages[1]?.[0]?.top).toBe(110);
});

test('pieces that stay together go to the next page together, unless no page holds them', () => {
  const heading = piece({ withNext: true });
  expect(lengths(paginate([...pieces(9), heading, piece()], column))).toEqual([9, 2]);
  expect(lengths(paginate(pieces(25, { withNext: true }), column))).toEqual([10, 10, 5]);
});

test('a table goes on below its repeated heading, whose anchor does not move', () => {
  const head = { height: 10, above: 0, section: 'Section', draw: () => {} };
  const pages = paginate(pieces(15, { repeated: head }), column);
  expect(lengths(pages)).toEqual([10, 6]);
  expect(pages[1]?.[0]?.piece).toBe(head);
});

test('what would be alone on the last page comes onto the one before it, closer together', () => {
  const spaced = pieces(9, { above: 2.5 });
  expect(lengths(paginate(spaced, column))).toEqual([8, 1]);
  const pages = fitPages(spaced, column);
  expect(lengths(pages)).toEqual([9]);
  for (const { top } of pages[0] ?? []) expect(top - 10).toBeGreaterThanOrEqual(column.bottom);
});

test('where that is not enough, the pages before it leave something for the last one', () => {
  expect(lengths(fitPages(pieces(11), column))).toEqual([8, 3]);
});

test('pages that are filled well enough stay as they are', () => {
  const spaced = pieces(13, { above: 1 });
  expect(fitPages(spaced, column)).toEqual(paginate(spaced, column));
  expect(lengths(fitPages([], column))).toEqual([0]);
});
