import { setTimeout as pause } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { DeadlineExceeded } from './with-deadline.ts';

export interface EventuallyOptions {
  /** Milliseconds; default 10 000. */
  readonly deadlineMs?: number;
  /** Named in the error. */
  readonly what?: string;
}

const betweenTriesMs = 25;

/**
 * Asks until `ask` neither throws nor returns `false`, and returns what it returned. The one place where tests poll: for
 * things that tell nobody when they change, such as a row or another process. Throws `DeadlineExceeded` with the last
 * error as cause.
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const { deadlineMs = 10_000, what = 'a condition' } = options;
  const end = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== false) return answer as Exclude<T, false>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) break;
    await pause(betweenTriesMs);
  }
  const failure = new DeadlineExceeded(what, deadlineMs);
  if (last !== undefined) {
    failure.cause = last;
    failure.message += `. Last: ${isNativeError(last) ? last.message : JSON.stringify(last)}`;
  }
  throw failure;
}
