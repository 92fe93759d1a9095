import { createHash } from 'node:crypto';
import type {
  DeliveredEmbeddings,
  EmbeddingOrder,
  EmbeddingPort,
  EmbeddingService,
  Embeddings,
} from '@pressroom/domain';
import { createGuardedCalls, type GuardedCallsOptions, type Refusal } from './guarded-calls.ts';
import { deliver, type GuardedProvider } from './guarded-service.ts';
import { resultKey } from './result-key.ts';

/** There is no fallback: the vectors of two models cannot be compared. */
export interface EmbeddingServiceOptions extends GuardedCallsOptions {
  readonly main: GuardedProvider<EmbeddingPort>;
}

const mediaType = 'application/octet-stream';

/** Throws a `RangeError` for no texts, more than the provider takes, or an empty one: these are faults of the caller. */
export function createEmbeddingService(options: EmbeddingServiceOptions): EmbeddingService {
  const guarded = createGuardedCalls(options);
  const { name, embeddingModel, embeddingDimensions, maxEmbeddingTexts } = options.main.provider;

  return {
    model: { provider: name, model: embeddingModel, dimensions: embeddingDimensions },
    maxTexts: maxEmbeddingTexts,
    embed: async (order) => {
      checkTexts(order.texts, maxEmbeddingTexts);
      return await deliver(options, {
        modelOf: (provider) => provider.embeddingModel,
        obtain: (from) => obtain(from, order),
      });
    },
  };

  async function obtain(
    { provider, policy }: GuardedProvider<EmbeddingPort>,
    { texts, purpose, caller, signal }: EmbeddingOrder,
  ): Promise<DeliveredEmbeddings | Refusal> {
    const estimatedTokens = provider.estimateEmbeddingTokens(texts);
    const outcome = await guarded.obtain<Embeddings>({
      provider: provider.name,
      model: provider.embeddingModel,
      policy,
      caller,
      signal,
      resultKey: resultKey({
        kind: 'embedding',
        provider: provider.name,
        model: provider.embeddingModel,
        parameters: { purpose, dimensions: provider.embeddingDimensions },
        inputs: texts.map((text) => createHash('sha256').update(text).digest('hex')),
      }),
      estimatedTokens,
      make: () => provider.embed({ texts, purpose, signal }),
      usageOf: ({ tokens }) => ({ inputTokens: tokens, outputTokens: 0 }),
      pictures: 0,
      encode: ({ vectors, model }) => ({ bytes: bytesOf(vectors), mediaType, model }),
      decode: (bytes, { model }) => ({
        vectors: vectorsOf(bytes, provider.embeddingDimensions),
        provider: provider.name,
        model,
        tokens: estimatedTokens,
      }),
    });
    return outcome.kind === 'obtained' ? { ...outcome.made, saved: outcome.saved } : outcome;
  }
}

function checkTexts(texts: readonly string[], most: number): void {
  if (texts.length === 0 || texts.length > most)
    throw new RangeError(`There are ${texts.length} texts to embed, where 1 to ${most} are taken at once`);
  if (texts.includes('')) throw new RangeError('An empty text has no vector');
}

/** One after the other, 32-bit floats, least significant byte first. */
function bytesOf(vectors: readonly Float32Array[]): Buffer {
  return Buffer.concat(
    vectors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

function vectorsOf(bytes: Buffer, dimensions: number): Float32Array[] {
  // Copied, since a buffer may begin at any byte and floats may not.
  const floats = new Float32Array(Uint8Array.from(bytes).buffer);
  return Array.from({ length: floats.length / dimensions }, (_, index) =>
    floats.slice(index * dimensions, (index + 1) * dimensions),
  );
}
