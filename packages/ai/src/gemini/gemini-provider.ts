import { type GenerationConfig, type GenerativeModel, GoogleGenerativeAI } from '@google/generative-ai';
import type { GeneratedPicture, PictureRequest } from '@pressroom/domain';
import type { ClosableProvider } from '../closable-provider.ts';
import { checkPicture } from './check-picture.ts';
import { callGemini, type GeminiConnection, requestOptions } from './gemini-call.ts';
import { readPictureAnswer } from './picture-answer.ts';
import { picturePrompt } from './picture-prompts.ts';
import { safetySettings } from './safety-settings.ts';

export interface GeminiProviderOptions extends GeminiConnection {
  /** A model that answers with pictures, for example `gemini-2.5-flash-image`. */
  readonly pictureModel: string;
  /** The longest answer that is read, in bytes of JSON. Default 40 MB: a picture of 30 MB. */
  readonly maxAnswerBytes?: number;
}

/** Pictures by Gemini through `@google/generative-ai`: one call a picture, no retries of its own. Errors as the port says. */
export function createGeminiProvider(options: GeminiProviderOptions): ClosableProvider {
  const { pictureModel, maxAnswerBytes = 40_000_000 } = options;
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
    const data = Buffer.from(picture.bytes).toString('base64');
    const parts = [{ inlineData: { data, mimeType: picture.mediaType } }, { text: picturePrompt(style) }];
    return await callGemini(options, maxAnswerBytes, signal, async (limited) => {
      const { response } = await model.generateContent(parts, { signal: limited });
      return response;
    });
  }
}

/** A photo of 2048 × 2048 px goes in as 9 tiles of 258 tokens, and a picture comes out as 1,290. */
const pictureTokens = 9 * 258 + 1_290;

const callParameters = {
  responseModalities: ['TEXT', 'IMAGE'],
  safetySettings,
};

function openModel(options: GeminiProviderOptions): GenerativeModel {
  const { responseModalities } = callParameters;
  // The SDK's types are older than picture output; the field is passed through as it is.
  const generationConfig = { responseModalities } as GenerationConfig;
  return new GoogleGenerativeAI(options.apiKey).getGenerativeModel(
    { model: options.pictureModel, generationConfig, safetySettings },
    requestOptions(options),
  );
}
