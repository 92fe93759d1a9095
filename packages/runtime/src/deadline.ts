import { type Clock, linkSignals, PressroomError, systemClock } from '@pressroom/domain';

/** A point in time by which several things together must be done. */
export class Deadline {
  readonly #clock: Clock;
  readonly #at: number;

  constructor(ms: number, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#at = clock.now().getTime() + ms;
  }

  /** Never below 0. */
  get remainingMs(): number {
    return Math.max(0, this.#at - this.#clock.now().getTime());
  }

  get expired(): boolean {
    return this.remainingMs === 0;
  }
}

export interface TimeoutOptions {
  /** At most 2^31 - 1. */
  readonly ms: number;
  /** Names the work in the error: `the connection to Redis`. */
  readonly what: string;
  /** Ends the work early, with its own reason. */
  readonly signal?: AbortSignal | undefined;
  /** The error to throw; without it, an `internal` one that names the work and the time. */
  readonly error?: (() => Error) | undefined;
}

/**
 * Runs `work` for at most `ms`. On time-out and on abort the promise rejects at once, even when `work` ignores the signal it
 * was given; what it does after that goes nowhere.
 */
export async function withTimeout<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  options: TimeoutOptions,
): Promise<Result> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(
      options.error?.() ??
        new PressroomError('internal', `${options.what} took longer than ${options.ms} ms`),
    );
  }, options.ms);
  const linked = linkSignals(options.signal, timeout.signal);
  try {
    linked.signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      linked.signal.addEventListener('abort', () => reject(linked.signal.reason), { once: true });
    });
    return await Promise.race([work(linked.signal), aborted]);
  } finally {
    clearTimeout(timer);
    linked.release();
  }
}
