/** What the services for pictures, objects and vectors have in common: a main provider, who may take over for it, and waits that are told. */
import type { CallPolicy, Degradation } from '@pressroom/domain';
import { type GuardedCallsOptions, type Refusal, toWait, waitCodes } from './guarded-calls.ts';

export interface GuardedProvider<Provider> {
  readonly provider: Provider;
  readonly policy: CallPolicy;
}

/** Who takes over what it can do while the main provider cannot be had. */
export interface Fallback<Provider> extends GuardedProvider<Provider> {
  /** Milliseconds: a wait for the budget that is not longer is waited for. An open breaker is never waited for. */
  readonly afterWaitMs: number;
}

export interface GuardedServiceOptions<Provider> extends GuardedCallsOptions {
  readonly main: GuardedProvider<Provider>;
  readonly fallback?: Fallback<Provider> | undefined;
}

/** How one delivery is obtained from any provider of the service. */
export interface Delivery<Provider, Delivered extends object> {
  /** The model that it takes. */
  readonly modelOf: (provider: Provider) => string;
  readonly obtain: (from: GuardedProvider<Provider>) => Promise<Delivered | Refusal>;
}

/** What the main provider delivers, or, marked as degraded, the fallback. Throws the main provider's wait when neither does now. */
export async function deliver<Provider extends { readonly name: string }, Delivered extends object>(
  { main, fallback, clock, observer }: GuardedServiceOptions<Provider>,
  { modelOf, obtain }: Delivery<Provider, Delivered>,
): Promise<Delivered & { readonly degraded?: Degradation }> {
  const first = await obtain(main);
  if (!isRefusal(first)) return first;
  const { name } = main.provider;
  const model = modelOf(main.provider);
  if (fallback !== undefined && isWorthFallingBack(first, fallback)) {
    const second = await obtain(fallback);
    if (!isRefusal(second)) {
      const reason = waitCodes[first.kind];
      observer?.degraded({ provider: name, model, reason });
      return { ...second, degraded: { from: name, reason } };
    }
  }
  throw toWait(first, { provider: name, model }, clock);
}

function isRefusal(outcome: object): outcome is Refusal {
  return 'kind' in outcome && typeof outcome.kind === 'string' && outcome.kind in waitCodes;
}

/** An open breaker is never waited for, a short wait is. */
function isWorthFallingBack(refusal: Refusal, { afterWaitMs }: { readonly afterWaitMs: number }): boolean {
  return refusal.kind === 'circuit-open' || refusal.waitMs > afterWaitMs;
}
