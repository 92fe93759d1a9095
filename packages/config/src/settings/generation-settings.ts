import { modelPrices, secretText, setting, textOf, urlOf, wholeNumber, yesOrNo } from '../setting.ts';

/** Who makes the content: Gemini as soon as there is a key, else the offline provider. */
export const generationSettings = {
  GEMINI_API_KEY: setting(secretText(8).optional(), {
    path: 'generation.apiKey',
    secret: true,
    description: 'Key of the Gemini API.',
    example: 'AIza…',
    absent: 'the offline provider',
  }),
  GEMINI_BASE_URL: setting(urlOf('http:', 'https:').optional(), {
    path: 'generation.baseUrl',
    description: 'Another address for the Gemini API, such as a gateway.',
    example: 'https://gateway.example/gemini',
    absent: "Google's own",
  }),
  GEMINI_PICTURE_MODEL: setting(
    textOf(/^[A-Za-z0-9._/-]{1,128}$/, 'must be the name of a model').default('gemini-2.5-flash-image'),
    {
      path: 'generation.pictureModel',
      description: 'Model that makes pictures.',
      example: 'gemini-2.5-flash-image',
    },
  ),
  GEMINI_TEXT_MODEL: setting(
    textOf(/^[A-Za-z0-9._/-]{1,128}$/, 'must be the name of a model').default('gemini-2.5-flash'),
    {
      path: 'generation.objectModel',
      description: 'Model that reads documents and writes reports; it must answer with JSON.',
      example: 'gemini-2.5-flash',
    },
  ),
  GEMINI_EMBEDDING_MODEL: setting(
    textOf(/^[A-Za-z0-9._/-]{1,128}$/, 'must be the name of a model').default('gemini-embedding-001'),
    {
      path: 'generation.embeddingModel',
      description:
        'Model whose vectors find the passages that a question is about. A document with vectors of another model is read anew.',
      example: 'gemini-embedding-001',
    },
  ),
  GEMINI_EMBEDDING_DIMENSIONS: setting(wholeNumber(128, 3_072).default(768), {
    path: 'generation.embeddingDimensions',
    description: 'Numbers of a vector, of four bytes each; the model must be able to give so many.',
    example: '1536',
  }),
  AI_TIMEOUT_BASE_MS: setting(wholeNumber(100, 290_000).default(60_000), {
    path: 'generation.timeout.baseMs',
    unit: 'ms',
    description: 'How long one call of the provider may take.',
    example: '90000',
  }),
  AI_TIMEOUT_EXTENSION_MS: setting(wholeNumber(0, 290_000).default(60_000), {
    path: 'generation.timeout.extensionMs',
    unit: 'ms',
    description: 'Added once to the time of a call that is producing output at the threshold.',
    example: '30000',
  }),
  AI_TIMEOUT_EXTENSION_THRESHOLD_MS: setting(wholeNumber(50, 290_000).default(45_000), {
    path: 'generation.timeout.thresholdMs',
    unit: 'ms',
    description: 'When a call is looked at, after its start; below `AI_TIMEOUT_BASE_MS`.',
    example: '60000',
  }),
  AI_BREAKER_FAILURES: setting(wholeNumber(1, 1_000).default(5), {
    path: 'generation.breaker.failures',
    description:
      'Failures of the provider in a row after which all workers leave it alone for the recovery time.',
    example: '10',
  }),
  AI_BREAKER_RECOVERY_MS: setting(wholeNumber(100, 3_600_000).default(60_000), {
    path: 'generation.breaker.recoveryMs',
    unit: 'ms',
    description: 'How long the provider is left alone before a single call finds out whether it is back.',
    example: '30000',
  }),
  AI_REQUESTS_PER_MINUTE: setting(wholeNumber(1, 1_000_000).optional(), {
    path: 'generation.requestsPerMinute',
    description:
      'Calls of the provider in a minute, of all workers together, divided fairly between the accounts that wait.',
    example: '60',
    absent: 'no limit of our own',
  }),
  AI_TOKENS_PER_MINUTE: setting(wholeNumber(1, 1_000_000_000).optional(), {
    path: 'generation.tokensPerMinute',
    description: 'Tokens that all calls of the provider together may take in a minute, divided likewise.',
    example: '1000000',
    absent: 'no limit of our own',
  }),
  AI_PRICES: setting(modelPrices().optional(), {
    path: 'generation.prices',
    description:
      'What models cost, in US dollars: by the name of the model `input` and `output` for a million tokens, and `picture` for each picture on top. A call is written down with the price of its time; of a model without one nobody knows what it cost.',
    example:
      '{"gemini-2.5-flash":{"input":0.3,"output":2.5},"gemini-2.5-flash-image":{"input":0.3,"output":30}}',
    absent: 'no prices: usage counts calls, tokens and pictures',
  }),
  AI_FALLBACK_OFFLINE: setting(yesOrNo().default(false), {
    path: 'generation.fallback.offline',
    description:
      'Lets the offline provider make pictures of named styles while the online one cannot be had; they are marked.',
    example: 'true',
  }),
  AI_FALLBACK_WAIT_MS: setting(wholeNumber(0, 3_600_000).default(120_000), {
    path: 'generation.fallback.afterWaitMs',
    unit: 'ms',
    description: 'A wait for the budget that is not longer is waited for before the fallback is used.',
    example: '30000',
  }),
  PRESSROOM_GENERATION_THREADS: setting(wholeNumber(1, 64).default(2), {
    path: 'generation.threads',
    description: 'Threads that compute pictures beside the event loop.',
    example: '4',
  }),
};
