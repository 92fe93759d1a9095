import { secretText, setting, textOf, urlOf, wholeNumber } from '../setting.ts';

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
  AI_TIMEOUT_BASE_MS: setting(wholeNumber(100, 290_000).default(60_000), {
    path: 'generation.timeoutMs',
    unit: 'ms',
    description: 'How long one call of the provider may take.',
    example: '90000',
  }),
  PRESSROOM_GENERATION_THREADS: setting(wholeNumber(1, 64).default(2), {
    path: 'generation.threads',
    description: 'Threads that compute pictures beside the event loop.',
    example: '4',
  }),
};
