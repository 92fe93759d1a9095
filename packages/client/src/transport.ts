import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import {
  apiErrorOf,
  PressroomApiError,
  PressroomConnectionError,
  type ResponseHeaders,
} from './api-error.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** With its query: `/api/jobs?limit=5`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the head of the answer must be there. Default 60,000. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds that may pass without a byte of the body. Default 60,000. */
  readonly silenceMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Readable;
}

export interface TransportOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** In [0, 1). */
  readonly random: () => number;
}

const mostRetries = 4;
const firstPauseMs = 200;
const longestPauseMs = 30_000;
/** Of an error's explanation. */
const mostErrorBytes = 256 * 1024;

/** One HTTP connection pool to one server. Every failure is a PressroomApiError, a PressroomConnectionError, or the signal's reason. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #agent = new Agent({ connect: { timeout: 10_000 } });

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  get random(): () => number {
    return this.#options.random;
  }

  /** Sends once. Any status below 400 is an answer. */
  async send(call: Call): Promise<Answer> {
    const answer = await this.#reach(call);
    if (answer.status < 400) return answer;
    throw apiErrorOf(answer.status, answer.headers, await readText(answer.body, mostErrorBytes));
  }

  /** Sends, and sends again when the connection is lost or the server asks for it: only for what may be sent twice. */
  async sendRepeatedly<Result>(call: Call, read: (answer: Answer) => Promise<Result>): Promise<Result> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await read(await this.send(call));
      } catch (error) {
        if (retries === mostRetries || !isWorthRetrying(error) || call.signal?.aborted) throw error;
        const asked = error instanceof PressroomApiError ? (error.retryAfterMs ?? 0) : 0;
        if (asked > longestPauseMs) throw error;
        await this.pause(Math.max(asked, firstPauseMs * 2 ** retries), call.signal);
      }
    }
  }

  /** Waits about that long: callers that failed together do not come back together. */
  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const jittered = ms * (1 + this.#options.random() / 2);
    await delay(jittered, undefined, signal === undefined ? {} : { signal });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #reach(call: Call): Promise<Answer> {
    const { baseUrl, apiKey } = this.#options;
    try {
      const { statusCode, headers, body } = await request(new URL(call.path, baseUrl), {
        method: call.method,
        headers: { Authorization: `Bearer ${apiKey}`, ...call.headers },
        body: typeof call.body === 'object' ? Readable.from(call.body) : (call.body ?? null),
        dispatcher: this.#agent,
        signal: call.signal ?? null,
        headersTimeout: call.headersTimeoutMs ?? 60_000,
        bodyTimeout: call.silenceMs ?? 60_000,
      });
      // Whoever reads it gets its errors; one that nobody reads to the end must not end the process.
      body.on('error', () => {});
      return { status: statusCode, headers, body };
    } catch (cause) {
      throw connectionError(cause, call, `Cannot reach ${new URL(baseUrl).origin}`);
    }
  }
}

/** What a broken connection throws, as our own; an abort and our own errors stay what they are. */
export function connectionError(cause: unknown, call: Pick<Call, 'signal'>, message: string): unknown {
  if (call.signal?.aborted) return call.signal.reason;
  if (cause instanceof PressroomApiError || cause instanceof PressroomConnectionError) return cause;
  const code = (cause as { code?: unknown }).code;
  return new PressroomConnectionError(typeof code === 'string' ? `${message} (${code})` : message, cause);
}

export function isWorthRetrying(error: unknown): boolean {
  return error instanceof PressroomConnectionError || (error instanceof PressroomApiError && error.retryable);
}

/**
 * The body of an answer. Its shape is taken on trust: a client that checked it would break with every field that a newer
 * server adds.
 */
export async function readJson<Body>(answer: Answer): Promise<Body> {
  const text = await readText(answer.body);
  try {
    return JSON.parse(text) as Body;
  } catch (cause) {
    throw new PressroomConnectionError(
      'The answer is not JSON: something between us and the server wrote it',
      cause,
    );
  }
}

/** @throws PressroomConnectionError when the connection breaks before the end */
export async function readText(body: Readable, mostBytes = 64 * 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw connectionError(cause, {}, 'The connection was lost in the middle of the answer');
  }
  return Buffer.concat(chunks).toString();
}
