import { PressroomError } from './errors/pressroom-error.ts';

export interface RetryPolicy {
  /** Attempts that may fail before the step is given up. */
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly backoffLimitMs: number;
  /** The longest wait that a throttling provider can impose at once. */
  readonly throttleLimitMs: number;
  /** The longest that it can keep one step waiting in all. */
  readonly throttleTotalMs: number;
  /** Times that a step may lose the process that runs it; at the next one it is given up. */
  readonly losses: number;
}

/** What the step has been through, as the record counts it. */
export interface StepHistory {
  /** Attempts that had failed before this one. */
  readonly attempts: number;
  /** Milliseconds that it has been made to wait so far. */
  readonly throttledMs: number;
}

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'wait'; readonly delayMs: number }
  /** `error` is the one to record: a wait that became too long has another name than what imposed it. */
  | { readonly kind: 'give-up'; readonly error: PressroomError };

/**
 * What to do about a failed attempt. Backoff is exponential with full jitter, so that steps that failed together do not come
 * back together (after Brooker, "Exponential Backoff And Jitter", 2015).
 *
 * @param random in [0, 1)
 */
export function decideRetry(
  error: PressroomError,
  { attempts, throttledMs }: StepHistory,
  policy: RetryPolicy,
  random: number,
): RetryDecision {
  switch (error.retryability) {
    case 'permanent':
      return { kind: 'give-up', error };
    case 'throttled': {
      const asked = error.retryAfterMs ?? policy.backoffBaseMs * 10;
      const bounded = Math.min(Math.max(asked, policy.backoffBaseMs), policy.throttleLimitMs);
      // Never earlier than asked: everyone who was told the same time would otherwise come back at the same moment.
      const delayMs = Math.ceil(bounded * (1 + (error.exactWait ? 0 : 0.1 * random)));
      if (throttledMs + delayMs <= policy.throttleTotalMs) return { kind: 'wait', delayMs };
      return { kind: 'give-up', error: throttledTooLong(error, throttledMs, policy) };
    }
    case 'transient': {
      if (attempts + 1 >= policy.attempts) return { kind: 'give-up', error };
      const ceiling = Math.min(policy.backoffBaseMs * 2 ** attempts, policy.backoffLimitMs);
      return { kind: 'retry', delayMs: Math.round(ceiling * random) };
    }
  }
}

function throttledTooLong(cause: PressroomError, throttledMs: number, policy: RetryPolicy): PressroomError {
  const seconds = (ms: number): number => Math.round(ms / 1_000);
  return new PressroomError(
    'throttled-too-long',
    `After ${seconds(throttledMs)} s of waiting it was asked to wait again, above the limit of ${seconds(policy.throttleTotalMs)} s: ${cause.message}`,
    { cause, facts: { throttledMs, limitMs: policy.throttleTotalMs } },
  );
}
