import type { ClosableProvider } from './closable-provider.ts';
import { createGeminiProvider, type GeminiProviderOptions } from './gemini/gemini-provider.ts';
import { createOfflineProvider, type OfflineProviderOptions } from './offline/offline-provider.ts';

export interface GenerationProviderConfig {
  /** Present when there is a key; its absence chooses the offline provider. */
  readonly gemini?: GeminiProviderOptions | undefined;
  readonly offline?: OfflineProviderOptions | undefined;
}

/** The one provider of a process: Gemini when there is a key, else the one that needs nothing. */
export function createGenerationProvider(config: GenerationProviderConfig): ClosableProvider {
  return config.gemini === undefined
    ? createOfflineProvider(config.offline)
    : createGeminiProvider(config.gemini);
}
