import type { ErrorCode } from '../errors/error-registry.ts';
import { defineMachine } from './transition-table.ts';

/**
 * - `closed`: calls go through.
 * - `open`: nothing is called until the recovery time is over.
 * - `half-open`: one call, the probe, is under way to find out.
 */
export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof breakerStates)[number];

/**
 * The circuit breaker of a provider's model (after Nygard, "Release It!", 2007), one for all processes.
 *
 * `probe` takes the one probe; `reprobe` takes it over from a prober whose lease has run out. A probe that says nothing about
 * the provider (it was cancelled, or throttled) gives its place back by `abstain`: the next call may probe at once.
 */
export const breakerMachine = defineMachine({
  name: 'breaker',
  initial: 'closed',
  states: breakerStates,
  // A provider is never done with.
  final: [],
  transitions: {
    trip: { from: ['closed'], to: 'open' },
    probe: { from: ['open'], to: 'half-open' },
    reprobe: { from: ['half-open'], to: 'half-open' },
    recover: { from: ['half-open'], to: 'closed' },
    reopen: { from: ['half-open'], to: 'open' },
    abstain: { from: ['half-open'], to: 'open' },
  },
});

/** What the end of a call says about the health of the provider. */
export type CallVerdict = 'healthy' | 'failing' | 'unknown';

/**
 * Every other error that ends a call says nothing: a throttled provider is busy and not broken, an answer of nonsense may be the
 * fault of one photo, and a cancelled call had no end.
 */
const verdicts: Partial<Record<ErrorCode, CallVerdict>> = {
  'provider-unavailable': 'failing',
  'provider-timeout': 'failing',
  'safety-blocked': 'healthy',
  'provider-refused': 'healthy',
  'provider-misconfigured': 'healthy',
};

/** The verdict of a call that ended with an error of this code; undefined for one that succeeded. */
export function verdictOf(code: ErrorCode | undefined): CallVerdict {
  return code === undefined ? 'healthy' : (verdicts[code] ?? 'unknown');
}
