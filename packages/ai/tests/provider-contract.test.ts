import { afterAll, beforeAll, describe } from '@jest/globals';
import { type ClosableProvider, createGeminiProvider, createOfflineProvider } from '../src/index.ts';
import { type GeminiStandIn, startGeminiStandIn } from '../src/stand-in/gemini-stand-in.ts';
import { testProviderContract } from './support/provider-contract.ts';

describe('the offline provider', () => {
  let provider: ClosableProvider;
  beforeAll(() => {
    provider = createOfflineProvider();
  });
  afterAll(() => provider.close());
  testProviderContract('offline', () => provider);
});

describe('Gemini over HTTP', () => {
  let standIn: GeminiStandIn;
  let provider: ClosableProvider;
  beforeAll(async () => {
    standIn = await startGeminiStandIn({ apiKey: 'a-key', models: ['picture-model'] });
    provider = createGeminiProvider({
      apiKey: 'a-key',
      baseUrl: `${standIn.url}/`,
      pictureModel: 'picture-model',
      timeout: { baseMs: 20_000, extensionMs: 0, thresholdMs: 19_000 },
    });
  });
  afterAll(async () => {
    await provider.close();
    await standIn.close();
  });
  testProviderContract('gemini', () => provider);
});
