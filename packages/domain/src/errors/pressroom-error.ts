import type { TokenUsage } from '../ports/generation-provider.ts';
import {
  type ErrorCode,
  type ErrorDefinition,
  errorCodes,
  errorRegistry,
  type Retryability,
} from './error-registry.ts';

export interface PressroomErrorOptions {
  /** What was underneath: always given when an adapter wraps someone else's error. */
  readonly cause?: unknown;
  /** Milliseconds that whoever throttled us asked us to wait. */
  readonly retryAfterMs?: number;
  /** The wait is a place in a line that nobody else was given: coming later than that would waste it. */
  readonly exactWait?: boolean;
  /** What a provider counted for an answer that was of no use. */
  readonly usage?: TokenUsage | undefined;
  /** Facts for the caller, safe to show: field errors, limits, sizes. Never secrets or other accounts' data. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** The one error class. Its code looks everything else up in the registry. The message is shown to the caller. */
export class PressroomError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly exactWait: boolean;
  readonly usage: TokenUsage | undefined;
  readonly facts: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: PressroomErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PressroomError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.exactWait = options.exactWait ?? false;
    this.usage = options.usage;
    this.facts = options.facts;
  }

  get definition(): ErrorDefinition {
    return errorRegistry[this.code];
  }

  get retryability(): Retryability {
    return this.definition.retryability;
  }
}

/** True across module copies and realms, where `instanceof` is not to be trusted. */
export function isPressroomError(value: unknown): value is PressroomError {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { name?: unknown }).name === 'PressroomError' &&
    errorCodes.includes((value as { code?: unknown }).code as ErrorCode)
  );
}

/** Any thrown value as a PressroomError; what nobody classified is `internal`, with the original as cause. */
export function toPressroomError(value: unknown): PressroomError {
  if (isPressroomError(value)) return value;
  return new PressroomError('internal', 'Something went wrong on our side', { cause: value });
}

/** What is stored about a failed attempt and shown to the account: no stack, no internals. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

export function toErrorRecord(error: PressroomError): ErrorRecord {
  const message = storableText(error.message);
  return error.facts === undefined
    ? { code: error.code, message }
    : { code: error.code, message, facts: error.facts };
}

/** PostgreSQL refuses NUL and lone surrogates in text and JSON; messages from foreign libraries may hold both. */
export function storableText(text: string, limit = 2_000): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed().slice(0, limit).toWellFormed();
}

/** True for text that PostgreSQL keeps as it is. */
export function isStorable(text: string): boolean {
  return storableText(text, text.length) === text;
}
