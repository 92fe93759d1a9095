import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstIdAt, microsOf, systemIds, usageMonthOf } from '../src/index.ts';

const price = { input: 0.3, output: 2.5, picture: 0.039 };

describe('the price of a call', () => {
  test('is that of its tokens and its pictures, in millionths of a dollar', () => {
    const usage = { inputTokens: 1_000, outputTokens: 200 };
    expect(microsOf(price, { usage, pictures: 0 })).toBe(800);
    expect(microsOf(price, { usage, pictures: 2 })).toBe(78_800);
    expect(
      microsOf({ ...price, input: 0.0015 }, { usage: { inputTokens: 1, outputTokens: 0 }, pictures: 0 }),
    ).toBe(0);
  });

  test('is not known without a price, or when nobody counted what has one', () => {
    expect(microsOf(undefined, { usage: { inputTokens: 1, outputTokens: 1 }, pictures: 0 })).toBeUndefined();
    expect(microsOf(price, { usage: undefined, pictures: 1 })).toBeUndefined();
    expect(microsOf({ input: 0, output: 0, picture: 0.04 }, { usage: undefined, pictures: 1 })).toBe(40_000);
  });

  test('is never negative, and grows with what the call took', () => {
    const count = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(count, count, count, (inputTokens, outputTokens, more) => {
        const less = microsOf(price, { usage: { inputTokens, outputTokens }, pictures: 0 }) ?? -1;
        const greater = microsOf(price, {
          usage: { inputTokens: inputTokens + more, outputTokens },
          pictures: 1,
        });
        expect(less).toBeGreaterThanOrEqual(0);
        expect(Number.isSafeInteger(greater)).toBe(true);
        expect(greater).toBeGreaterThanOrEqual(less);
      }),
    );
  });
});

test('a month of usage begins and ends at midnight UTC', () => {
  const month = usageMonthOf(new Date('2026-12-31T23:59:59.999Z'));
  expect(month).toEqual({
    name: '2026-12',
    from: new Date('2026-12-01T00:00:00Z'),
    to: new Date('2027-01-01T00:00:00Z'),
  });
  expect(usageMonthOf(month.to).name).toBe('2027-01');
});

test('an id lies between the bounds of its time', () => {
  const id = systemIds.next('job');
  const now = Date.now();
  expect(id >= firstIdAt('job', new Date(now - 60_000))).toBe(true);
  expect(id < firstIdAt('job', new Date(now + 60_000))).toBe(true);
});
