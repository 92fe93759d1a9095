/** Pictures behind everything that protects a provider, and the offline provider in place of one that cannot be had. */
import type {
  DeliveredPicture,
  GeneratedPicture,
  GenerationProvider,
  GenerationService,
  PictureOrder,
} from '@pressroom/domain';
import { createGuardedCalls, type Refusal } from './guarded-calls.ts';
import { deliver, type GuardedProvider, type GuardedServiceOptions } from './guarded-service.ts';
import { pictureResultKey } from './result-key.ts';

export type GenerationServiceOptions = GuardedServiceOptions<GenerationProvider>;

export function createGenerationService(options: GenerationServiceOptions): GenerationService {
  const guarded = createGuardedCalls(options);

  return {
    generatePicture: (order) => {
      // A free prompt can only be waited for: the offline provider has no words.
      const fallback = typeof order.style === 'string' ? options.fallback : undefined;
      return deliver(
        { ...options, fallback },
        { modelOf: ({ pictureModel }) => pictureModel, obtain: (from) => obtain(from, order) },
      );
    },
  };

  async function obtain(
    { provider, policy }: GuardedProvider<GenerationProvider>,
    order: PictureOrder,
  ): Promise<DeliveredPicture | Refusal> {
    const outcome = await guarded.obtain<GeneratedPicture>({
      provider: provider.name,
      model: provider.pictureModel,
      policy,
      caller: order.caller,
      signal: order.signal,
      resultKey: pictureResultKey(provider, order),
      estimatedTokens: provider.estimatePictureTokens(order.style),
      make: () => provider.generatePicture(order),
      usageOf: ({ usage }) => usage,
      pictures: 1,
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
    return outcome.kind === 'obtained' ? { ...outcome.made, saved: outcome.saved } : outcome;
  }
}
