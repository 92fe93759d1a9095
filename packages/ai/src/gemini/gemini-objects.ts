import { type Content, GoogleGenerativeAI, type ResponseSchema } from '@google/generative-ai';
import { type ObjectPort, type ObjectRequest, PressroomError, type WrittenObject } from '@pressroom/domain';
import { z } from 'zod';
import { callGemini, type GeminiConnection, requestOptions } from './gemini-call.ts';
import { blockingFinishes, reasonFact, usageOf } from './picture-answer.ts';
import { safetySettings } from './safety-settings.ts';

export interface GeminiObjectsOptions extends GeminiConnection {
  /** A model that answers with text, for example `gemini-2.5-flash`. */
  readonly objectModel: string;
}

/** Bytes of JSON in server-sent events: about twice the longest answer. */
const maxAnswerBytes = 4_000_000;
const parameters = { temperature: 0, maxOutputTokens: 16_384 } as const;

/** JSON by Gemini, streamed, of the task's shape; what a cut answer is worth is for the caller to find out. */
export function createGeminiObjects(options: GeminiObjectsOptions): ObjectPort {
  const { objectModel } = options;
  const client = new GoogleGenerativeAI(options.apiKey);
  return {
    name: 'gemini',
    modelOf: () => objectModel,
    describeObject: ({ task, revision }) => ({
      task: task.name,
      instructions: task.instructions,
      prompt: task.prompt,
      schema: responseSchemaOf(task.schema),
      ...parameters,
      ...(revision === undefined ? {} : { revision }),
    }),
    estimateObjectTokens: ({ task, revision }) => {
      const characters = task.instructions.length + task.prompt.length + (revision?.answer.length ?? 0);
      // Four characters a token where words have letters; a third of the longest answer.
      return Math.ceil(characters / 3) + parameters.maxOutputTokens / 4;
    },
    generateObject: (request) =>
      callGemini(options, maxAnswerBytes, request.signal, async (signal) => {
        const { task } = request;
        const model = client.getGenerativeModel(
          {
            model: objectModel,
            systemInstruction: task.instructions,
            safetySettings,
            generationConfig: {
              ...parameters,
              responseMimeType: 'application/json',
              responseSchema: responseSchemaOf(task.schema) as ResponseSchema,
            },
          },
          requestOptions(options),
        );
        const { stream, response } = await model.generateContentStream(
          { contents: turns(request) },
          { signal },
        );
        // It fails with the stream, whose own failure is the one that is told.
        response.catch(() => {});
        return await collect(stream, objectModel);
      }),
  };
}

/** The wish, and after an answer that could not be used that answer and what is wrong with it. */
function turns({ task, revision }: Pick<ObjectRequest, 'task' | 'revision'>): Content[] {
  const wish: Content = { role: 'user', parts: [{ text: task.prompt }] };
  if (revision === undefined) return [wish];
  const problems = revision.problems.map((problem) => `- ${problem}`).join('\n');
  return [
    wish,
    { role: 'model', parts: [{ text: revision.answer === '' ? '(nothing)' : revision.answer }] },
    {
      role: 'user',
      parts: [
        {
          text: `This answer cannot be used:\n${problems}\nGive the whole answer again, with that put right.`,
        },
      ],
    },
  ];
}

const pieceSchema = z.object({
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  candidates: z
    .array(
      z.object({
        finishReason: z.string().optional(),
        content: z
          .object({
            parts: z
              .array(z.object({ thought: z.boolean().optional(), text: z.string().optional() }))
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

async function collect(stream: AsyncIterable<unknown>, model: string): Promise<WrittenObject> {
  let text = '';
  let usage: WrittenObject['usage'];
  let ended = false;
  for await (const piece of stream) {
    const parsed = pieceSchema.safeParse(piece);
    if (!parsed.success) {
      throw new PressroomError('provider-malformed-answer', 'Gemini sent an answer of an unknown shape', {
        cause: parsed.error,
        usage,
      });
    }
    const { promptFeedback, candidates, usageMetadata } = parsed.data;
    if (usageMetadata !== undefined) usage = usageOf(usageMetadata) ?? usage;
    const [candidate] = candidates ?? [];
    const reason = promptFeedback?.blockReason ?? candidate?.finishReason;
    const isBlock = promptFeedback?.blockReason !== undefined && reason !== 'BLOCK_REASON_UNSPECIFIED';
    if (isBlock || (reason !== undefined && blockingFinishes.includes(reason))) {
      throw new PressroomError('safety-blocked', 'Gemini blocked this text on safety grounds', {
        facts: reasonFact(reason),
        usage,
      });
    }
    for (const part of candidate?.content?.parts ?? []) if (part.thought !== true) text += part.text ?? '';
    if (candidate?.finishReason !== undefined) ended = true;
  }
  // A stream may end without an error when the server goes away between two events.
  if (!ended) {
    throw new PressroomError('provider-unavailable', 'Gemini ended its answer in the middle', { usage });
  }
  return { text, provider: 'gemini', model, ...(usage === undefined ? {} : { usage }) };
}

/** The part of JSON Schema that Gemini takes; the rest is checked when the answer is here. */
const takenKeys = [
  'type',
  'description',
  'enum',
  'required',
  'nullable',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
];

export function responseSchemaOf(schema: z.ZodType): object {
  return taken(z.toJSONSchema(schema, { unrepresentable: 'any' }) as Readonly<Record<string, unknown>>);
}

function taken(schema: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const key of takenKeys) if (schema[key] !== undefined) kept[key] = schema[key];
  // A whole number's limits of JSON Schema are those of a double; Gemini's are of 32 bits.
  if (kept['type'] === 'integer' && Number(kept['maximum']) > 2 ** 31) delete kept['maximum'];
  const { properties, items } = schema as { properties?: Record<string, unknown>; items?: unknown };
  if (properties !== undefined) {
    kept['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [
        name,
        taken(inner as Readonly<Record<string, unknown>>),
      ]),
    );
  }
  if (items !== undefined) kept['items'] = taken(items as Readonly<Record<string, unknown>>);
  return kept;
}
