/** Pictures behind everything that protects a provider, and the offline provider in place of one that cannot be had. */
import type {
  CallPolicy,
  DeliveredPicture,
  GeneratedPicture,
  GenerationProvider,
  GenerationService,
  PictureOrder,
} from '@pressroom/domain';
import {
  createGuardedCalls,
  type GuardedCallsOptions,
  type Obtained,
  type Refusal,
  toWait,
  waitCodes,
} from './guarded-calls.ts';
import { pictureResultKey } from './result-key.ts';

export interface GuardedProvider<Provider = GenerationProvider> {
  readonly provider: Provider;
  readonly policy: CallPolicy;
}

/** Who takes over what it can do while the main provider cannot be had. */
export interface Fallback<Provider> extends GuardedProvider<Provider> {
  /** Milliseconds: a wait for the budget that is not longer is waited for. An open breaker is never waited for. */
  readonly afterWaitMs: number;
}

export interface GenerationServiceOptions extends GuardedCallsOptions {
  readonly main: GuardedProvider;
  readonly fallback?: Fallback<GenerationProvider> | undefined;
}

export function createGenerationService(options: GenerationServiceOptions): GenerationService {
  const { main, fallback, clock, observer } = options;
  const guarded = createGuardedCalls(options);

  return {
    generatePicture: async (order) => {
      const first = await obtain(main, order);
      if (first.kind === 'obtained') return delivered(first);
      const reason = waitCodes[first.kind];
      const { name, pictureModel } = main.provider;
      // A free prompt can only be waited for: the offline provider has no words.
      if (fallback !== undefined && typeof order.style === 'string' && isWorthFallingBack(first, fallback)) {
        const second = await obtain(fallback, order);
        if (second.kind === 'obtained') {
          observer?.degraded({ provider: name, model: pictureModel, reason });
          return { ...delivered(second), degraded: { from: name, reason } };
        }
      }
      throw toWait(first, { provider: name, model: pictureModel }, clock);
    },
  };

  function obtain({ provider, policy }: GuardedProvider, order: PictureOrder) {
    return guarded.obtain<GeneratedPicture>({
      provider: provider.name,
      model: provider.pictureModel,
      policy,
      caller: order.caller,
      signal: order.signal,
      resultKey: pictureResultKey(provider, order),
      estimatedTokens: provider.estimatePictureTokens(order.style),
      make: () => provider.generatePicture(order),
      usageOf: ({ usage }) => usage,
      encode: ({ bytes, mediaType, width, height, model }) => ({ bytes, mediaType, width, height, model }),
      decode: (bytes, { mediaType, width, height, model }) => ({
        bytes,
        mediaType: mediaType as GeneratedPicture['mediaType'],
        width: width ?? 0,
        height: height ?? 0,
        provider: provider.name,
        model,
      }),
    });
  }
}

/** An open breaker is never waited for, a short wait is. */
export function isWorthFallingBack(
  refusal: Refusal,
  { afterWaitMs }: { readonly afterWaitMs: number },
): boolean {
  return refusal.kind === 'circuit-open' || refusal.waitMs > afterWaitMs;
}

function delivered({ made, saved }: Obtained<GeneratedPicture>): DeliveredPicture {
  return { ...made, saved };
}
