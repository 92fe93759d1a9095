import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GenerateRequest, generateRequestSchema, type StandInBehaviour } from './stand-in-behaviour.ts';
import { answerWith, sendError } from './stand-in-replies.ts';

export type { GenerateRequest, StandInBehaviour } from './stand-in-behaviour.ts';

/** One call as it came over the wire. */
export interface StandInCall {
  readonly model: string;
  readonly body: GenerateRequest;
  /** The path before `/v1beta`, without its slash: tells callers apart that were given different addresses. */
  readonly via: string;
  /** By `performance.now()`. */
  readonly arrivedAt: number;
  /** True once a picture was sent as a whole: whether it arrived is another matter. */
  readonly answered: boolean;
}

export interface GeminiStandInOptions {
  /** The key that is accepted. */
  readonly apiKey: string;
  /** The models that exist. */
  readonly models: readonly string[];
}

/** A server on the loopback interface that speaks Gemini's `generateContent` and can be told to misbehave. */
export interface GeminiStandIn extends AsyncDisposable {
  readonly url: string;
  /** Calls that were understood, in order. */
  readonly calls: readonly StandInCall[];
  /** How often each behaviour was asked for is up to `calls`; the next answers, in order. When none is left: a picture. */
  enqueue(...behaviours: readonly StandInBehaviour[]): void;
  /** What every answer is that was not enqueued. */
  otherwise(behaviour: StandInBehaviour): void;
  /** Resolves when the `count`th call has come in: what tests wait for instead of time. */
  called(count: number): Promise<void>;
  /** Resolves when `count` clients have hung up before their answer was complete. */
  hungUp(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Never part of production: the outside world in tests and demos of failure. */
export async function startGeminiStandIn(options: GeminiStandInOptions): Promise<GeminiStandIn> {
  const calls: StandInCall[] = [];
  const script: StandInBehaviour[] = [];
  const callCounter = createCounter();
  const hangUpCounter = createCounter();
  let fallback: StandInBehaviour = { kind: 'picture' };

  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) hangUpCounter.increase();
    });
    // A client that is gone is what many of these tests are about.
    response.on('error', () => {});
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    enqueue: (...behaviours) => {
      script.push(...behaviours);
    },
    otherwise: (behaviour) => {
      fallback = behaviour;
    },
    called: callCounter.reaches,
    hungUp: hangUpCounter.reaches,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request);
    const path = /^(?:\/([\w-]+))?\/v1beta\/models\/([^/:]+):generateContent$/.exec(request.url ?? '');
    const model = path?.[2];
    if (request.method !== 'POST' || model === undefined || !options.models.includes(model)) {
      return sendError(response, { status: 404, name: 'NOT_FOUND', message: `models/${model} is not found` });
    }
    if (request.headers['x-goog-api-key'] !== options.apiKey) return sendInvalidKey(response);
    const body = generateRequestSchema.safeParse(parseJson(text));
    if (!body.success) {
      return sendError(response, { status: 400, name: 'INVALID_ARGUMENT', message: body.error.message });
    }
    const behaviour = script.shift() ?? fallback;
    const call = {
      model,
      body: body.data,
      via: path?.[1] ?? '',
      arrivedAt: performance.now(),
      answered: false,
    };
    calls.push(call);
    response.on('finish', () => {
      call.answered = behaviour.kind === 'picture';
    });
    callCounter.increase();
    await answerWith(response, behaviour, body.data);
  }

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
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

interface Counter {
  readonly increase: () => void;
  readonly reaches: (count: number) => Promise<void>;
}

function createCounter(): Counter {
  let value = 0;
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  return {
    increase: () => {
      value += 1;
      for (const entry of waiting) {
        if (entry.count > value) continue;
        waiting.delete(entry);
        entry.resolve();
      }
    },
    reaches: (count) =>
      new Promise((resolve) => {
        if (value >= count) resolve();
        else waiting.add({ count, resolve });
      }),
  };
}
