import type { CallPolicy } from '@pressroom/domain';
import type { AdaptiveTimeout } from '../gemini/adaptive-timeout.ts';

export type ProviderLimits = Pick<CallPolicy, 'requestsPerMinute' | 'tokensPerMinute'> & {
  readonly timeout: AdaptiveTimeout;
  readonly breaker: NonNullable<CallPolicy['breaker']>;
};

/** Milliseconds beyond its own time that a call may need before it counts as lost with its process. */
const leaseMarginMs = 30_000;

/** The same for all models of the online provider; each has a breaker and budgets of its own. */
export function onlinePolicy({
  timeout,
  breaker,
  requestsPerMinute,
  tokensPerMinute,
}: ProviderLimits): CallPolicy {
  const leaseMs = timeout.baseMs + timeout.extensionMs + leaseMarginMs;
  return { breaker, requestsPerMinute, tokensPerMinute, leaseMs };
}

/** The offline provider has no time limit of its own; its pictures end after five minutes. */
export const offlinePolicy: CallPolicy = { leaseMs: 330_000 };
