import {
  type GenerationConfig,
  type GenerativeModel,
  GoogleGenerativeAI,
  HarmBlockThreshold,
  HarmCategory,
} from '@google/generative-ai';
import {
  type GeneratedPicture,
  isPressroomError,
  type PictureRequest,
  PressroomError,
} from '@pressroom/domain';
import type { ClosableProvider } from '../closable-provider.ts';
import { type AdaptiveTimeout, startAdaptiveTimeout } from './adaptive-timeout.ts';
import { type BoundedExchange, withBoundedFetch } from './bounded-fetch.ts';
import { checkPicture } from './check-picture.ts';
import { toProviderError } from './gemini-error.ts';
import { readPictureAnswer } from './picture-answer.ts';
import { picturePrompt } from './picture-prompts.ts';

export interface GeminiProviderOptions {
  readonly apiKey: string;
  /** Where the API is; default Google's. */
  readonly baseUrl?: string | undefined;
  /** A model that answers with pictures, for example `gemini-2.5-flash-image`. */
  readonly pictureModel: string;
  readonly timeout: AdaptiveTimeout;
  /** The longest answer that is read, in bytes of JSON. Default 40 MB: a picture of 30 MB. */
  readonly maxAnswerBytes?: number;
}

/** Pictures by Gemini through `@google/generative-ai`: one call a picture, no retries of its own. Errors as the port says. */
export function createGeminiProvider(options: GeminiProviderOptions): ClosableProvider {
  const { apiKey, pictureModel, timeout, maxAnswerBytes = 40_000_000 } = options;
  const model = openModel(options);
  return {
    name: 'gemini',
    pictureModel,
    describePicture: (style) => ({ prompt: picturePrompt(style), ...callParameters }),
    estimatePictureTokens: (style) => pictureTokens + Math.ceil(picturePrompt(style).length / 4),
    generatePicture,
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };

  async function generatePicture(request: PictureRequest): Promise<GeneratedPicture> {
    // The SDK does not look at a signal that has fired before the call.
    request.signal.throwIfAborted();
    const { bytes, usage } = readPictureAnswer(await call(request));
    const checked = await checkPicture(bytes);
    request.signal.throwIfAborted();
    return {
      bytes,
      ...checked,
      provider: 'gemini',
      model: pictureModel,
      ...(usage === undefined ? {} : { usage }),
    };
  }

  async function call({ picture, style, signal }: PictureRequest): Promise<unknown> {
    const deadline = startAdaptiveTimeout(timeout);
    const exchange: BoundedExchange = { maxBytes: maxAnswerBytes, onOutput: deadline.sawOutput };
    const data = Buffer.from(picture.bytes).toString('base64');
    const parts = [{ inlineData: { data, mimeType: picture.mediaType } }, { text: picturePrompt(style) }];
    try {
      return await withBoundedFetch(exchange, async () => {
        const { response } = await model.generateContent(parts, {
          signal: AbortSignal.any([signal, deadline.signal]),
        });
        return response;
      });
    } catch (error) {
      // Both aborts look the same to the SDK; only our own signals know which it was.
      signal.throwIfAborted();
      if (deadline.signal.aborted) {
        const message = `Gemini did not answer within ${deadline.limitMs} ms`;
        throw new PressroomError('provider-timeout', message, { cause: error });
      }
      throw isPressroomError(error) ? error : toProviderError(error, exchange, apiKey);
    } finally {
      deadline.stop();
    }
  }
}

/** A photo of 2048 × 2048 px goes in as 9 tiles of 258 tokens, and a picture comes out as 1,290. */
const pictureTokens = 9 * 258 + 1_290;

const callParameters = {
  responseModalities: ['TEXT', 'IMAGE'],
  safetySettings: [
    HarmCategory.HARM_CATEGORY_HARASSMENT,
    HarmCategory.HARM_CATEGORY_HATE_SPEECH,
    HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT,
    HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT,
  ].map((category) => ({ category, threshold: HarmBlockThreshold.BLOCK_MEDIUM_AND_ABOVE })),
};

function openModel({ apiKey, baseUrl, pictureModel }: GeminiProviderOptions): GenerativeModel {
  const { responseModalities, safetySettings } = callParameters;
  // The SDK's types are older than picture output; the field is passed through as it is.
  const generationConfig = { responseModalities } as GenerationConfig;
  return new GoogleGenerativeAI(apiKey).getGenerativeModel(
    { model: pictureModel, generationConfig, safetySettings },
    // The SDK joins by a slash of its own.
    baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/+$/, '') },
  );
}
