import { type ErrorCode, errorCodes, type Problem, type ProblemItem } from '@pressroom/domain';

export interface ApiErrorFacts {
  readonly status: number;
  /** A code of the error registry; `unknown` from a newer server, or when something that is not Pressroom answered. */
  readonly code: ErrorCode | 'unknown';
  readonly title: string;
  readonly detail: string;
  readonly advice: string;
  readonly requestId: string | undefined;
  readonly errors: readonly ProblemItem[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** Milliseconds that the server asked to wait before the next try. */
  readonly retryAfterMs: number | undefined;
}

/** The server's refusal. `code` is what to program against; the message is for people. */
export class PressroomApiError extends Error implements ApiErrorFacts {
  readonly status: number;
  readonly code: ApiErrorFacts['code'];
  readonly title: string;
  readonly detail: string;
  readonly advice: string;
  readonly requestId: string | undefined;
  readonly errors: readonly ProblemItem[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | undefined;

  constructor(facts: ApiErrorFacts) {
    super(`${facts.title}: ${facts.detail}`);
    this.name = 'PressroomApiError';
    this.status = facts.status;
    this.code = facts.code;
    this.title = facts.title;
    this.detail = facts.detail;
    this.advice = facts.advice;
    this.requestId = facts.requestId;
    this.errors = facts.errors;
    this.facts = facts.facts;
    this.retryAfterMs = facts.retryAfterMs;
  }

  /** True when the same request may work later. */
  get retryable(): boolean {
    return this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** The server could not be reached, or the connection was lost in the middle. `cause` has the reason. */
export class PressroomConnectionError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'PressroomConnectionError';
  }
}

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The error of an answer with a status of 400 or above, whoever wrote it. */
export function apiErrorOf(status: number, headers: ResponseHeaders, body: string): PressroomApiError {
  const problem = parseProblem(body);
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return new PressroomApiError({
    status,
    code: errorCodes.find((code) => code === problem?.code) ?? 'unknown',
    title: problem?.title ?? `The server answered ${status}`,
    detail: problem?.detail ?? (body.slice(0, 200).trim() || 'without an explanation'),
    advice: problem?.advice ?? 'Check that the address is that of a Pressroom server.',
    requestId: problem?.requestId,
    errors: problem?.errors ?? [],
    facts: problem?.facts ?? {},
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  });
}

function parseProblem(text: string): Partial<Problem> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'code' in value
      ? (value as Partial<Problem>)
      : undefined;
  } catch {
    return undefined;
  }
}
