import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  errorCodes,
  errorRegistry,
  isPressroomError,
  isStorable,
  PressroomError,
  storableText,
  toErrorRecord,
  toPressroomError,
} from '../src/index.ts';

describe.each(errorCodes)('%s', (code) => {
  const { title, advice, retryability } = errorRegistry[code];

  test('is kebab-case, and says what it is and what to do', () => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^[A-Z].*[^.\s]$/);
    expect(advice).toMatch(/^\S.*\.$/);
    expect(['transient', 'throttled', 'permanent']).toContain(retryability);
  });

  test('looks its definition up in the registry', () => {
    const error = new PressroomError(code, 'here');
    expect(error.definition).toBe(errorRegistry[code]);
    expect(error.retryability).toBe(retryability);
    expect(isPressroomError(error)).toBe(true);
  });
});

test('titles tell the kinds of errors apart', () => {
  const titles = errorCodes.map((code) => errorRegistry[code].title);
  expect(new Set(titles).size).toBe(titles.length);
});

test('what is permanent never promises to be tried again by itself', () => {
  for (const code of errorCodes)
    if (errorRegistry[code].retryability === 'permanent')
      expect(errorRegistry[code].advice).not.toMatch(/by itself/);
});

test('an error keeps its cause, and has none where none was given', () => {
  const cause = new Error('underneath');
  expect(new PressroomError('internal', 'above', { cause }).cause).toBe(cause);
  expect('cause' in new PressroomError('internal', 'above')).toBe(false);
});

test('it is known across realms and module copies by name and code, not by class', () => {
  const foreign: unknown = runInNewContext(
    `Object.assign(new Error('far away'), { name: 'PressroomError', code: 'image-corrupt' })`,
  );
  expect(foreign instanceof PressroomError).toBe(false);
  expect(isPressroomError(foreign)).toBe(true);
});

test.each([
  undefined,
  null,
  'PressroomError',
  42,
  new Error('x'),
  Object.assign(new Error('x'), { code: 'internal' }),
  Object.assign(new Error('x'), { name: 'PressroomError', code: 'no-such-code' }),
  Object.assign(new Error('x'), { name: 'PressroomError', code: 'toString' }),
])('something else is not taken for one: %p', (value) => {
  expect(isPressroomError(value)).toBe(false);
  const made = toPressroomError(value);
  expect(made.code).toBe('internal');
  expect(made.cause).toBe(value);
  expect(made.message).not.toContain('x');
});

test('one that is already classified stays as it is', () => {
  const error = new PressroomError('image-corrupt', 'cut off');
  expect(toPressroomError(error)).toBe(error);
});

test('what is stored has code, message and facts, and neither stack nor cause', () => {
  const error = new PressroomError('asset-too-large', 'big\u0000', {
    cause: new Error('secret'),
    facts: { limit: 5 },
  });
  expect(toErrorRecord(error)).toEqual({
    code: 'asset-too-large',
    message: 'big\uFFFD',
    facts: { limit: 5 },
  });
  expect(Object.keys(toErrorRecord(new PressroomError('internal', 'x')))).toEqual(['code', 'message']);
});

describe('storable text', () => {
  const anyText = fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  });

  test('holds no NUL and no lone surrogate, is no longer than the limit, and is stable', () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 30 }), (text, limit) => {
        const stored = storableText(text, limit);
        expect(stored).not.toContain('\u0000');
        expect(stored.isWellFormed()).toBe(true);
        expect(stored.length).toBeLessThanOrEqual(limit);
        expect(storableText(stored, limit)).toBe(stored);
        expect(isStorable(stored)).toBe(true);
      }),
    );
  });

  test('leaves good text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const good = text.replaceAll('\u0000', '');
        expect(storableText(good)).toBe(good);
        expect(isStorable(good)).toBe(true);
        expect(isStorable(`${good}\u0000`)).toBe(false);
        expect(isStorable(`${good}\ud800`)).toBe(false);
      }),
    );
  });

  test('is not cut in the middle of a pair', () => {
    expect(storableText('ab😀', 3)).toBe('ab\uFFFD');
  });
});
