import type { PressroomError } from './errors/pressroom-error.ts';

export interface RetryPolicy {
  /** Attempts that may fail before the step is given up. */
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly backoffLimitMs: number;
  /** The longest wait that a throttling provider can impose at once. */
  readonly throttleLimitMs: number;
}

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'give-up' };

/**
 * What to do about a failed attempt. Backoff is exponential with full jitter over its upper half, so that steps that failed
 * together do not come back together (after Brooker, "Exponential Backoff And Jitter", 2015).
 *
 * @param failedAttempts attempts that had failed before this one
 * @param random in [0, 1)
 */
export function decideRetry(
  error: PressroomError,
  failedAttempts: number,
  policy: RetryPolicy,
  random: number,
): RetryDecision {
  switch (error.retryability) {
    case 'permanent':
      return { kind: 'give-up' };
    case 'throttled': {
      const asked = error.retryAfterMs ?? policy.backoffBaseMs * 10;
      const bounded = Math.min(Math.max(asked, policy.backoffBaseMs), policy.throttleLimitMs);
      // Never earlier than asked: everyone who was told the same time would otherwise come back at the same moment.
      return { kind: 'wait', delayMs: Math.ceil(bounded * (1 + random * 0.1)) };
    }
    case 'transient': {
      if (failedAttempts + 1 >= policy.attempts) return { kind: 'give-up' };
      const ceiling = Math.min(policy.backoffBaseMs * 2 ** failedAttempts, policy.backoffLimitMs);
      return { kind: 'retry', delayMs: Math.round(ceiling * (0.5 + random * 0.5)) };
    }
  }
}
