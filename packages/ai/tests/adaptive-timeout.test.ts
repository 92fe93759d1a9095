/** The time of a call by a fake clock: what a scripted stream earns by producing, and when a silent one is cut. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { type AdaptiveTimeout, startAdaptiveTimeout } from '../src/gemini/adaptive-timeout.ts';

const timeout: AdaptiveTimeout = { baseMs: 60_000, extensionMs: 60_000, thresholdMs: 45_000 };
/** Output that is older than this at the threshold earns nothing. */
const freshMs = 5_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

interface Script {
  /** When its pieces come, in milliseconds after the start. */
  readonly pieces: readonly number[];
  /** When it ends by itself; never when absent. */
  readonly ends?: number;
}

interface Played {
  readonly outcome: 'whole' | 'cut';
  readonly at: number;
  readonly limitMs: number;
}

/** Plays the script against the clock until it ends or is cut. */
async function play(script: Script, limits = timeout): Promise<Played> {
  const start = performance.now();
  const running = startAdaptiveTimeout(limits);
  const played = new Promise<Omit<Played, 'limitMs'>>((resolve) => {
    const end = (outcome: Played['outcome']): void => resolve({ outcome, at: performance.now() - start });
    for (const at of script.pieces) {
      setTimeout(() => {
        if (!running.signal.aborted) running.sawOutput();
      }, at);
    }
    if (script.ends !== undefined) setTimeout(() => end('whole'), script.ends);
    running.signal.addEventListener('abort', () => end('cut'));
  });
  jest.advanceTimersByTime(limits.baseMs + limits.extensionMs + 1);
  const outcome = await played;
  running.stop();
  return { ...outcome, limitMs: running.limitMs };
}

const every = (stepMs: number, untilMs: number): number[] =>
  Array.from({ length: Math.floor(untilMs / stepMs) }, (_, index) => (index + 1) * stepMs);

describe('a stream that is still producing at the threshold', () => {
  test('gets the extension, and may end within it', async () => {
    const script = { pieces: every(1_000, 90_000), ends: 90_000 };
    expect(await play(script)).toEqual({ outcome: 'whole', at: 90_000, limitMs: 120_000 });
  });

  test('gets it once: one that goes on for ever is cut at the end of it', async () => {
    expect(await play({ pieces: every(1_000, 200_000) })).toEqual({
      outcome: 'cut',
      at: 120_000,
      limitMs: 120_000,
    });
  });

  test('keeps it when it falls silent afterwards', async () => {
    expect(await play({ pieces: [44_999] })).toMatchObject({ outcome: 'cut', at: 120_000 });
  });
});

describe('a stream that is silent at the threshold is cut after the base time', () => {
  test.each<[string, readonly number[]]>([
    ['from its start', []],
    ['since long before', every(1_000, 39_000)],
    ['and speaks after it', [46_000, 50_000, 59_000]],
  ])('%s', async (_, pieces) => {
    expect(await play({ pieces, ends: 70_000 })).toEqual({ outcome: 'cut', at: 60_000, limitMs: 60_000 });
  });

  test('with a reason that says so', () => {
    const running = startAdaptiveTimeout(timeout);
    jest.advanceTimersByTime(60_000);
    expect(running.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });
});

test('a call that was answered has no timer left', () => {
  const running = startAdaptiveTimeout(timeout);
  running.sawOutput();
  running.stop();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(200_000);
  expect(running.signal.aborted).toBe(false);
});

test('for any script and limits, it is the last piece before the threshold that decides', async () => {
  const limitsOf = fc
    .tuple(
      fc.integer({ min: 2, max: 120_000 }),
      fc.integer({ min: 0, max: 120_000 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    )
    .map(([baseMs, extensionMs, share]) => ({
      baseMs,
      extensionMs,
      thresholdMs: Math.max(1, Math.floor(baseMs * share)),
    }));
  const scriptOf = fc.record({
    pieces: fc.array(fc.integer({ min: 1, max: 240_000 }), { maxLength: 20 }),
    ends: fc.integer({ min: 1, max: 240_000 }),
  });
  await fc.assert(
    fc.asyncProperty(limitsOf, scriptOf, async (limits, { pieces, ends }) => {
      // Two timers of one moment run in the order in which they were set, which is not what this is about.
      fc.pre(!pieces.includes(limits.thresholdMs));
      const last = Math.max(...pieces.filter((at) => at < limits.thresholdMs));
      const earned = limits.thresholdMs - last <= freshMs && ends > 0;
      const limit = limits.baseMs + (earned ? limits.extensionMs : 0);
      fc.pre(ends !== limit);
      const played = await play({ pieces, ends }, limits);
      expect(played.outcome).toBe(ends < limit ? 'whole' : 'cut');
      expect(played.at).toBe(Math.min(ends, limit));
    }),
    { numRuns: 300 },
  );
});
