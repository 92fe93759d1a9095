import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EmbeddingPort } from '@pressroom/domain';
import { hashedTermsDimensions, hashedTermsModel, hashedTermVector } from './hashed-terms.ts';

/** Texts after which others get their turn: a passage takes about two milliseconds. */
const textsPerTurn = 10;

/** Vectors without any service: texts that share words are similar. */
export function createOfflineEmbeddings(): EmbeddingPort {
  return {
    name: 'offline',
    embeddingModel: hashedTermsModel,
    embeddingDimensions: hashedTermsDimensions,
    maxEmbeddingTexts: 1_000,
    estimateEmbeddingTokens: () => 0,
    embed: async ({ texts, signal }) => {
      const vectors: Float32Array[] = [];
      for (const [index, text] of texts.entries()) {
        if (index % textsPerTurn === 0) {
          await nextTurn();
          signal.throwIfAborted();
        }
        vectors.push(hashedTermVector(text));
      }
      return { vectors, provider: 'offline', model: hashedTermsModel, tokens: 0 };
    },
  };
}
