import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { citationProblem } from '../src/index.ts';

describe('a citation', () => {
  const passage = {
    text: 'The “ﬁnal” re-\nport was delivered – late – on 3 March. The costs rose by 12 % to 4,500 €. The board took notice.',
  };
  test.each([
    ['in the very words', 'The board took notice.'],
    ['in other case, spaces and line breaks', 'the  BOARD\ntook notice'],
    ['with a ligature written out and a hyphenated word joined', 'The "final" report was delivered'],
    ['with other dashes and quotation marks', "the 'final' report was delivered - late - on 3 March"],
    ['with an omission', 'The costs rose by 12 % … The board took notice.'],
    ['with an omission in brackets', 'report was delivered [...] on 3 March'],
  ])('%s is accepted', (_, quote) => {
    expect(citationProblem(quote, passage)).toBeUndefined();
  });
  test.each([
    ['of another number', 'The costs rose by 13 % to 4,500 €', /not in that passage/],
    ['of words that are not there', 'The board resigned at once.', /not in that passage/],
    ['of pieces in another order', 'The board took notice … The costs rose', /not in that passage/],
    ['of omissions around almost nothing', 'The … by … to … of', /not in that passage/],
    ['of one short word', 'board', /too short/],
    ['of nothing', '', /too short/],
  ])('%s is rejected', (_, quote, problem) => {
    expect(citationProblem(quote, passage)).toMatch(problem);
  });
  test('of a passage that does not exist is rejected', () => {
    expect(citationProblem('The board took notice', undefined)).toMatch(/no such passage/);
  });
  test('is accepted for any cut of a text that is long enough, and rejected when a letter of it is another one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 20, max: 60 }), (start, length) => {
        const quote = passage.text.slice(start, start + length);
        expect(citationProblem(quote, passage)).toBeUndefined();
        const at = quote.search(/[a-z]/);
        expect(citationProblem(`${quote.slice(0, at)}ж${quote.slice(at + 1)}`, passage)).toBeDefined();
      }),
    );
  });
});
