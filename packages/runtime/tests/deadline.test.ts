import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { PressroomError } from '@pressroom/domain';
import { Deadline, withTimeout } from '@pressroom/runtime';

const never = () => new Promise<never>(() => {});

describe('Deadline', () => {
  test('counts down with the clock it was given, and never below 0', () => {
    let now = 1_000;
    const deadline = new Deadline(500, { now: () => new Date(now) });
    expect(deadline.remainingMs).toBe(500);
    now = 1_400;
    expect([deadline.remainingMs, deadline.expired]).toEqual([100, false]);
    now = 9_000;
    expect([deadline.remainingMs, deadline.expired]).toEqual([0, true]);
  });
});

describe('withTimeout', () => {
  test('gives back what the work gives, and leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    expect(await withTimeout(async () => 7, { ms: 60_000, what: 'it', signal })).toBe(7);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('rejects in time, even when the work ignores its signal', async () => {
    await expect(withTimeout(never, { ms: 1, what: 'the connection' })).rejects.toMatchObject({
      code: 'internal',
      message: 'the connection took longer than 1 ms',
    });
  });

  test('aborts the work with the error that it throws', async () => {
    const error = new PressroomError('provider-timeout', 'Too slow');
    let seen: unknown;
    const work = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        seen = signal.reason;
      });
      return never();
    };
    await expect(withTimeout(work, { ms: 1, what: 'it', error: () => error })).rejects.toBe(error);
    expect(seen).toBe(error);
  });

  test("ends with the caller's own reason, also when that came first", async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const pending = withTimeout(never, { ms: 60_000, what: 'it', signal: controller.signal });
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    let ran = false;
    const late = withTimeout(
      async () => {
        ran = true;
      },
      { ms: 60_000, what: 'it', signal: controller.signal },
    );
    await expect(late).rejects.toBe(reason);
    expect(ran).toBe(false);
  });
});
