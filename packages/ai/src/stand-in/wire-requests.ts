/** The parts of Gemini's requests that the adapters use; anything else is refused, as the real one refuses unknown fields. */
import { z } from 'zod';

const textPartSchema = z.strictObject({ text: z.string() });
const safetySchema = z.array(z.strictObject({ category: z.string(), threshold: z.string() }));

export const generateRequestSchema = z.strictObject({
  contents: z
    .array(
      z.strictObject({
        role: z.literal('user'),
        parts: z
          .array(
            z.union([
              textPartSchema,
              z.strictObject({ inlineData: z.strictObject({ mimeType: z.string(), data: z.base64() }) }),
            ]),
          )
          .min(1),
      }),
    )
    .min(1),
  generationConfig: z.strictObject({ responseModalities: z.array(z.enum(['TEXT', 'IMAGE'])) }).optional(),
  safetySettings: safetySchema.optional(),
});
export type GenerateRequest = z.output<typeof generateRequestSchema>;

export const objectRequestSchema = z.strictObject({
  systemInstruction: z.strictObject({
    role: z.literal('system'),
    parts: z.array(textPartSchema.extend({ text: z.string().min(1) })).min(1),
  }),
  // Turns come one by one, and the last word is the user's.
  contents: z
    .array(z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(textPartSchema).min(1) }))
    .min(1)
    .refine((turns) => turns.every(({ role }, at) => role === (at % 2 === 0 ? 'user' : 'model')))
    .refine((turns) => turns.length % 2 === 1),
  generationConfig: z.strictObject({
    temperature: z.number(),
    maxOutputTokens: z.int(),
    responseMimeType: z.literal('application/json'),
    responseSchema: z
      .object({ type: z.literal('object'), properties: z.record(z.string(), z.unknown()) })
      .loose(),
  }),
  safetySettings: safetySchema.optional(),
});
export type StandInObjectRequest = z.output<typeof objectRequestSchema>;

/** The API's own limit of a batch is among them. */
export const embedRequestSchema = z.strictObject({
  requests: z
    .array(
      z.strictObject({
        model: z.string(),
        content: z.strictObject({ role: z.literal('user'), parts: z.array(textPartSchema).length(1) }),
        taskType: z.enum(['RETRIEVAL_DOCUMENT', 'RETRIEVAL_QUERY']),
        outputDimensionality: z.int().min(1).max(3_072),
      }),
    )
    .min(1)
    .max(100, 'BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch'),
});
export type StandInEmbedRequest = z.output<typeof embedRequestSchema>;
