import { type EmbedContentRequest, GoogleGenerativeAI, TaskType } from '@google/generative-ai';
import {
  type EmbeddingPort,
  type EmbeddingRequest,
  type Embeddings,
  PressroomError,
} from '@pressroom/domain';
import { z } from 'zod';
import { callGemini, type GeminiConnection, requestOptions } from './gemini-call.ts';

export interface GeminiEmbeddingsOptions extends GeminiConnection {
  /** A model that gives vectors, for example `gemini-embedding-001`. */
  readonly embeddingModel: string;
  /** Numbers of a vector. The model must be able to give so many. */
  readonly embeddingDimensions: number;
}

/** The API refuses a batch of more with status 400. */
const maxTexts = 100;
/** A number takes about 14 bytes of JSON: three times the largest batch of the largest vectors. */
const maxAnswerBytes = 16_000_000;
const tasks = { document: TaskType.RETRIEVAL_DOCUMENT, query: TaskType.RETRIEVAL_QUERY } as const;

/** Vectors by Gemini, a batch a call. Shortened vectors come without unit length, so all are brought to it. Errors as the port says. */
export function createGeminiEmbeddings(options: GeminiEmbeddingsOptions): EmbeddingPort {
  const { embeddingModel, embeddingDimensions } = options;
  const model = new GoogleGenerativeAI(options.apiKey).getGenerativeModel(
    { model: embeddingModel },
    requestOptions(options),
  );
  return {
    name: 'gemini',
    embeddingModel,
    embeddingDimensions,
    maxEmbeddingTexts: maxTexts,
    estimateEmbeddingTokens: estimateTokens,
    embed: (request) =>
      callGemini(options, maxAnswerBytes, request.signal, async (signal) => {
        const requests = requestsOf(request, embeddingDimensions);
        return readAnswer(await model.batchEmbedContents({ requests }, { signal }), request, options);
      }),
  };
}

function requestsOf(
  { texts, purpose }: EmbeddingRequest,
  outputDimensionality: number,
): EmbedContentRequest[] {
  return texts.map((text) => {
    const content = { role: 'user', parts: [{ text }] };
    // The SDK's types are older than shortened vectors; the field is passed through as it is.
    const request = { content, taskType: tasks[purpose], outputDimensionality };
    return request;
  });
}

/** Four bytes of UTF-8 a token where words have letters; other scripts take more bytes, and more tokens. */
function estimateTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(Buffer.byteLength(text, 'utf8') / 3), 0);
}

/** Only what is used; anything else may change without notice. */
const answerSchema = z.object({
  embeddings: z.array(z.object({ values: z.array(z.number()) })),
  usageMetadata: z.object({ promptTokenCount: z.number().optional() }).optional(),
});

function readAnswer(
  answer: unknown,
  { texts }: EmbeddingRequest,
  { embeddingModel, embeddingDimensions }: GeminiEmbeddingsOptions,
): Embeddings {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw malformed('Gemini sent vectors of an unknown shape', {}, parsed.error);
  const { embeddings, usageMetadata } = parsed.data;
  if (embeddings.length !== texts.length) {
    throw malformed('Gemini sent another number of vectors than there are texts', {
      texts: texts.length,
      vectors: embeddings.length,
    });
  }
  return {
    vectors: embeddings.map(({ values }) => unitVector(values, embeddingDimensions)),
    provider: 'gemini',
    model: embeddingModel,
    tokens: usageMetadata?.promptTokenCount ?? estimateTokens(texts),
  };
}

function unitVector(values: readonly number[], dimensions: number): Float32Array {
  if (values.length !== dimensions) {
    const facts = { wanted: dimensions, dimensions: values.length };
    throw malformed('Gemini sent a vector of another length than was asked for', facts);
  }
  const length = Math.hypot(...values);
  if (!Number.isFinite(length) || length === 0)
    throw malformed('Gemini sent a vector without a direction', {});
  return Float32Array.from(values, (value) => value / length);
}

function malformed(
  message: string,
  facts: Readonly<Record<string, unknown>>,
  cause?: unknown,
): PressroomError {
  return new PressroomError('provider-malformed-answer', message, { facts, cause });
}
