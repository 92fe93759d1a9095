import { PressroomError, type PressroomErrorOptions, type TokenUsage } from '@pressroom/domain';
import { z } from 'zod';

export interface PictureAnswer {
  readonly bytes: Uint8Array;
  readonly usage?: TokenUsage;
}

/** Only what is used; anything else may change without notice. Picture models send reasons that the SDK's types lack. */
const answerSchema = z.object({
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  candidates: z
    .array(
      z.object({
        finishReason: z.string().optional(),
        content: z
          .object({
            parts: z
              .array(
                z.object({
                  thought: z.boolean().optional(),
                  inlineData: z.object({ mimeType: z.string(), data: z.string() }).optional(),
                }),
              )
              .optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  usageMetadata: z
    .object({
      promptTokenCount: z.number().optional(),
      candidatesTokenCount: z.number().optional(),
      thoughtsTokenCount: z.number().optional(),
    })
    .optional(),
});

export const blockingFinishes: readonly string[] = [
  'SAFETY',
  'IMAGE_SAFETY',
  'PROHIBITED_CONTENT',
  'IMAGE_PROHIBITED_CONTENT',
  'RECITATION',
  'IMAGE_RECITATION',
  'BLOCKLIST',
  'SPII',
];

/**
 * The picture in Gemini's answer. Throws `safety-blocked` for every way in which the answer says no, and
 * `provider-malformed-answer` for an answer without a picture.
 */
export function readPictureAnswer(body: unknown): PictureAnswer {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) throw malformed('Gemini sent an answer of an unknown shape', { cause: parsed.error });
  const { promptFeedback, candidates, usageMetadata } = parsed.data;
  const usage = usageMetadata === undefined ? undefined : usageOf(usageMetadata);
  const blockReason = promptFeedback?.blockReason;
  if (blockReason !== undefined && blockReason !== 'BLOCK_REASON_UNSPECIFIED') {
    throw blocked(blockReason, usage);
  }
  const candidate = candidates?.[0];
  const finishReason = candidate?.finishReason;
  if (finishReason !== undefined && blockingFinishes.includes(finishReason)) {
    throw blocked(finishReason, usage);
  }
  // Thinking models send drafts marked as thoughts; of what is left the last picture is the finished one.
  const pictures = (candidate?.content?.parts ?? []).filter(
    (part) => part.thought !== true && part.inlineData?.mimeType.startsWith('image/') === true,
  );
  const data = pictures.at(-1)?.inlineData?.data;
  if (data === undefined) {
    throw malformed('Gemini answered without a picture', { facts: reasonFact(finishReason), usage });
  }
  if (!isBase64(data)) throw malformed('Gemini sent a picture that is not valid base64', { usage });
  const bytes = Buffer.from(data, 'base64');
  return usage === undefined ? { bytes } : { bytes, usage };
}

export interface UsageMetadata {
  readonly promptTokenCount?: number | undefined;
  readonly candidatesTokenCount?: number | undefined;
  readonly thoughtsTokenCount?: number | undefined;
}

/** Undefined when nothing was counted: that is not the same as nothing. */
export function usageOf(metadata: UsageMetadata): TokenUsage | undefined {
  if (metadata.promptTokenCount === undefined && metadata.candidatesTokenCount === undefined)
    return undefined;
  return {
    inputTokens: metadata.promptTokenCount ?? 0,
    outputTokens: (metadata.candidatesTokenCount ?? 0) + (metadata.thoughtsTokenCount ?? 0),
  };
}

/** `Buffer.from` skips what it cannot read, which would turn damage into a shorter picture. */
function isBase64(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function blocked(reason: string, usage: TokenUsage | undefined): PressroomError {
  return new PressroomError('safety-blocked', 'Gemini blocked this picture on safety grounds', {
    facts: reasonFact(reason),
    usage,
  });
}

function malformed(message: string, options: PressroomErrorOptions): PressroomError {
  return new PressroomError('provider-malformed-answer', message, options);
}

/** Reasons are Gemini's own constants; anything longer or stranger is not repeated to the caller. */
export function reasonFact(reason: string | undefined): Readonly<Record<string, unknown>> {
  return reason !== undefined && /^[A-Z_]{1,64}$/.test(reason) ? { reason } : {};
}
