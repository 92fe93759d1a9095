import { setTimeout as delay } from 'node:timers/promises';
import { isPressroomError, type Log, PressroomError } from '@pressroom/domain';

const firstPauseMs = 100;
const longestPauseMs = 2_000;
const limitMs = 60_000;

/**
 * Tries `open` until it works: processes that are started together come up in any order.
 *
 * @throws PressroomError `database-unavailable` with the last failure as cause, after a minute; `settings-invalid` at once
 */
export async function waitUntilReachable<Result>(
  what: string,
  open: () => Promise<Result>,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<Result> {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await open();
    } catch (cause) {
      signal.throwIfAborted();
      // No time will mend it.
      if (isPressroomError(cause) && cause.code === 'settings-invalid') throw cause;
      if (performance.now() > deadline) {
        throw new PressroomError('database-unavailable', `Cannot reach ${what}`, { cause });
      }
      log.warn({ err: cause }, `Cannot reach ${what} yet; trying again`);
      await delay(pauseMs, undefined, { signal });
    }
  }
}
