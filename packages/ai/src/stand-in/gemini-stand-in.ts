import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { createCounter } from './counter.ts';
import { answerEmbeddings } from './embedding-replies.ts';
import { answerObject } from './object-replies.ts';
import { answerPicture } from './picture-replies.ts';
import type { EmbeddingBehaviour, ObjectBehaviour, StandInBehaviour } from './stand-in-behaviour.ts';
import {
  createChannel,
  type OpenChannel,
  type StandInCall,
  type StandInChannel,
} from './stand-in-channel.ts';
import { sendError } from './stand-in-replies.ts';
import {
  embedRequestSchema,
  type GenerateRequest,
  generateRequestSchema,
  objectRequestSchema,
  type StandInEmbedRequest,
  type StandInObjectRequest,
} from './wire-requests.ts';

export { promptOf } from './derived-answers.ts';
export type { EmbeddingBehaviour, ObjectBehaviour, StandInBehaviour } from './stand-in-behaviour.ts';
export type { GenerateRequest, StandInEmbedRequest, StandInObjectRequest } from './wire-requests.ts';
/** A call for a picture. */
export type { StandInPictureCall as StandInCall };

type StandInPictureCall = StandInCall<GenerateRequest>;

export interface GeminiStandInOptions {
  /** The key that is accepted. */
  readonly apiKey: string;
  /** The models that exist. */
  readonly models: readonly string[];
  /** Groups of words, in lower case, that mean the same to its vectors. */
  readonly sameWords?: readonly (readonly string[])[];
}

/**
 * A server on the loopback interface that speaks Gemini's wire format and can be told to misbehave: `generateContent` for pictures, whose
 * calls are its own, `streamGenerateContent` for JSON, and `batchEmbedContents`.
 */
export interface GeminiStandIn extends StandInChannel<StandInBehaviour, GenerateRequest>, AsyncDisposable {
  readonly url: string;
  readonly objects: StandInChannel<ObjectBehaviour, StandInObjectRequest>;
  readonly embeddings: StandInChannel<EmbeddingBehaviour, StandInEmbedRequest>;
  /** Resolves when `count` clients have hung up before their answer was complete. */
  hungUp(count: number): Promise<void>;
  close(): Promise<void>;
}

interface Call {
  readonly model: string;
  readonly via: string;
  readonly text: string;
  readonly response: ServerResponse;
}

/** Never part of production: the outside world in tests and demos of failure. */
export async function startGeminiStandIn(options: GeminiStandInOptions): Promise<GeminiStandIn> {
  const hangUps = createCounter();
  const pictures = createChannel<StandInBehaviour, GenerateRequest>({ kind: 'picture' });
  const objects = createChannel<ObjectBehaviour, StandInObjectRequest>({ kind: 'object' });
  const embeddings = createChannel<EmbeddingBehaviour, StandInEmbedRequest>({ kind: 'vectors' });
  const methods: Readonly<Record<string, (call: Call) => Promise<void>>> = {
    generateContent: (call) =>
      taking(call, pictures, generateRequestSchema, (behaviour, body) =>
        answerPicture(call.response, behaviour, body),
      ),
    'streamGenerateContent?alt=sse': (call) =>
      taking(call, objects, objectRequestSchema, (behaviour, body) =>
        answerObject(call.response, behaviour, body),
      ),
    batchEmbedContents: (call) =>
      taking(call, embeddings, embedRequestSchema, (behaviour, body) =>
        answerEmbeddings(call.response, behaviour, body, options.sameWords ?? []),
      ),
  };

  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) hangUps.increase();
    });
    // A client that is gone is what many of these tests are about.
    response.on('error', () => {});
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    ...pictures,
    url: `http://127.0.0.1:${port}`,
    objects,
    embeddings,
    hungUp: hangUps.reaches,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request);
    const path = /^(?:\/([\w-]+))?\/v1beta\/models\/([^/:]+):(.+)$/.exec(request.url ?? '');
    const [, via = '', model = '', method = ''] = path ?? [];
    const take = methods[method];
    if (request.method !== 'POST' || take === undefined || !options.models.includes(model)) {
      return sendError(response, { status: 404, name: 'NOT_FOUND', message: `models/${model} is not found` });
    }
    if (request.headers['x-goog-api-key'] !== options.apiKey) return sendInvalidKey(response);
    await take({ model, via, text, response });
  }

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

async function taking<Behaviour, Body>(
  { model, via, text, response }: Call,
  channel: OpenChannel<Behaviour, Body>,
  schema: z.ZodType<Body>,
  reply: (behaviour: Behaviour, body: Body) => Promise<void>,
): Promise<void> {
  const body = schema.safeParse(parseJson(text));
  if (!body.success) {
    return sendError(response, { status: 400, name: 'INVALID_ARGUMENT', message: body.error.message });
  }
  await reply(channel.take({ model, body: body.data, via }, response), body.data);
}

function sendInvalidKey(response: ServerResponse): void {
  const details = [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
    },
  ];
  sendError(response, {
    status: 400,
    name: 'INVALID_ARGUMENT',
    message: 'API key not valid. Please pass a valid API key.',
    details,
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
