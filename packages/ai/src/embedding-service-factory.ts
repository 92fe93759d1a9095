import type { EmbeddingService } from '@pressroom/domain';
import { createGeminiEmbeddings, type GeminiEmbeddingsOptions } from './gemini/gemini-embeddings.ts';
import { offlinePolicy, onlinePolicy, type ProviderLimits } from './guarded/call-policies.ts';
import { createEmbeddingService } from './guarded/embedding-service.ts';
import type { GuardedCallsOptions } from './guarded/guarded-calls.ts';
import { createOfflineEmbeddings } from './offline/offline-embeddings.ts';

export type EmbeddingConfig =
  | { readonly kind: 'offline' }
  | ({ readonly kind: 'gemini' } & GeminiEmbeddingsOptions & ProviderLimits);

/**
 * The vectors of a process: who embeds documents and who embeds the questions about them must be the same, or nothing is found.
 */
export function openEmbeddingService(
  config: EmbeddingConfig,
  options: GuardedCallsOptions,
): EmbeddingService {
  const main =
    config.kind === 'offline'
      ? { provider: createOfflineEmbeddings(), policy: offlinePolicy }
      : { provider: createGeminiEmbeddings(config), policy: onlinePolicy(config) };
  return createEmbeddingService({ main, ...options });
}
