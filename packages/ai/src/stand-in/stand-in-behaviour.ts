import { z } from 'zod';

/** Everything the stand-in can be told to do with a call. */
export type StandInBehaviour =
  /** Answers with the sent picture in grey, or with `bytes`. */
  | { readonly kind: 'picture'; readonly bytes?: Uint8Array; readonly mediaType?: string }
  /** A draft marked as a thought comes before the picture. */
  | { readonly kind: 'picture-after-draft' }
  | { readonly kind: 'text-only' }
  | { readonly kind: 'prompt-blocked'; readonly reason?: string }
  | { readonly kind: 'finish'; readonly reason: string }
  | { readonly kind: 'throttle'; readonly retryDelay?: string; readonly retryAfterHeader?: string }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      /** Instead of a JSON error: what a proxy in between would say. */
      readonly html?: boolean;
    }
  /** Takes the call and says nothing. */
  | { readonly kind: 'hang' }
  /** Sends a first piece of the answer and then nothing. */
  | { readonly kind: 'stall-mid-answer' }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'not-an-object' }
  | { readonly kind: 'malformed-base64' }
  /** Says image/png and sends something else. */
  | { readonly kind: 'wrong-bytes' }
  | { readonly kind: 'truncated-picture' }
  | { readonly kind: 'cut-connection' }
  | { readonly kind: 'cut-mid-answer' }
  /** An answer that never ends, as fast as it is read. */
  | { readonly kind: 'endless-answer' }
  | { readonly kind: 'redirect'; readonly location: string };

const partSchema = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ inlineData: z.strictObject({ mimeType: z.string(), data: z.base64() }) }),
]);

/** The part of Gemini's request that the adapter uses; anything else is refused, as the real one refuses unknown fields. */
export const generateRequestSchema = z.strictObject({
  contents: z.array(z.strictObject({ role: z.literal('user'), parts: z.array(partSchema).min(1) })).min(1),
  generationConfig: z.strictObject({ responseModalities: z.array(z.enum(['TEXT', 'IMAGE'])) }).optional(),
  safetySettings: z.array(z.strictObject({ category: z.string(), threshold: z.string() })).optional(),
});
export type GenerateRequest = z.output<typeof generateRequestSchema>;
