import { PressroomError, type TokenUsage } from '@pressroom/domain';
import { z } from 'zod';
import type { BoundedExchange } from './bounded-fetch.ts';

/** Waits outside these bounds, in milliseconds, are drawn in: a provider cannot park us for a day or make us spin. */
const waits = { least: 1_000, most: 600_000, whenUnknown: 30_000 } as const;

/** The SDK's error for an HTTP status; recognised by shape, because classes differ between module copies. */
const httpErrorSchema = z.object({
  status: z.number().int(),
  message: z.string(),
  errorDetails: z.array(z.record(z.string(), z.unknown())).optional().catch(undefined),
});
type HttpError = z.output<typeof httpErrorSchema>;

/** What an error thrown by the SDK means. `secret` is taken out of whatever is passed on. */
export function toProviderError(error: unknown, exchange: BoundedExchange, secret: string): PressroomError {
  const cause = withoutSecret(error, secret);
  if (exchange.tooLarge === true) {
    return new PressroomError('provider-malformed-answer', 'Gemini sent an answer above the size limit', {
      cause,
      facts: { maxBytes: exchange.maxBytes },
    });
  }
  const http = httpErrorSchema.safeParse(error);
  if (http.success) return fromStatus(http.data, exchange, cause);
  if (isUnreadableEvent(error)) {
    // The SDK's message repeats the answer, which belongs in no log.
    return new PressroomError(
      'provider-malformed-answer',
      'Gemini sent a piece of an answer that is not valid JSON',
    );
  }
  if (isUnreadable(error)) {
    return new PressroomError('provider-malformed-answer', 'Gemini sent an answer that is not valid JSON', {
      cause,
    });
  }
  return new PressroomError('provider-unavailable', 'Gemini cannot be reached', {
    cause,
    usage: wasNeverAsked(error) ? nothing : undefined,
  });
}

/** What a request took that was not answered with content. */
const nothing: TokenUsage = { inputTokens: 0, outputTokens: 0 };
const neverAsked: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** There was no connection: anything else may have broken after the question had been read. */
function wasNeverAsked(error: unknown): boolean {
  for (
    let each = error;
    typeof each === 'object' && each !== null;
    each = (each as { cause?: unknown }).cause
  ) {
    if (neverAsked.has((each as { code?: unknown }).code)) return true;
  }
  return false;
}

function fromStatus(error: HttpError, exchange: BoundedExchange, cause: unknown): PressroomError {
  const { status } = error;
  // Its own time limit may end an answer that was under way.
  const usage = status === 504 || status === 408 ? undefined : nothing;
  const options = { cause, facts: { status }, usage };
  if (status === 429) {
    const retryAfterMs = waitOf(error, exchange);
    return new PressroomError('provider-throttled', 'Gemini asks to wait', { ...options, retryAfterMs });
  }
  if (status === 401 || status === 403 || isSetupFault(error)) {
    return new PressroomError('provider-misconfigured', 'Gemini does not accept the API key', options);
  }
  if (status === 404) {
    return new PressroomError('provider-misconfigured', 'Gemini does not know the configured model', options);
  }
  if (status === 504)
    return new PressroomError('provider-timeout', 'Gemini took too long by its own clock', options);
  if (status === 408 || status >= 500) {
    return new PressroomError('provider-unavailable', `Gemini answered with status ${status}`, options);
  }
  return new PressroomError('provider-refused', `Gemini refused the request with status ${status}`, options);
}

/** A bad key and a barred country come as 400, like a bad picture. */
function isSetupFault(error: HttpError): boolean {
  if (error.status !== 400) return false;
  const reasons = (error.errorDetails ?? []).map((detail) => detail['reason']);
  return (
    reasons.some((reason) => reason === 'API_KEY_INVALID' || reason === 'API_KEY_EXPIRED') ||
    /api key not valid|api key expired|user location is not supported/i.test(error.message)
  );
}

/** RetryInfo of the body first, then the header, then a default. */
function waitOf(error: HttpError, exchange: BoundedExchange): number {
  const info = error.errorDetails?.find((detail) => String(detail['@type']).endsWith('google.rpc.RetryInfo'));
  const named =
    secondsOf(info?.['retryDelay'], /^(\d+(?:\.\d+)?)s$/) ?? secondsOf(exchange.retryAfter, /^(\d+)$/);
  if (named === undefined) return waits.whenUnknown;
  return Math.min(waits.most, Math.max(waits.least, Math.ceil(1_000 * named)));
}

function secondsOf(value: unknown, pattern: RegExp): number | undefined {
  const seconds = typeof value === 'string' ? pattern.exec(value)?.[1] : undefined;
  return seconds === undefined ? undefined : Number(seconds);
}

/** Bad JSON is a SyntaxError; JSON that is no object makes the SDK trip, with a TypeError that has no cause. */
function isUnreadable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  return name === 'SyntaxError' || (name === 'TypeError' && cause === undefined);
}

/** In a stream of events the SDK says so by its message alone. */
function isUnreadableEvent(error: unknown): boolean {
  return (error as Error | undefined)?.message?.includes('Error parsing JSON response') === true;
}

/** The original error, or a copy of its words without the key if a server echoed it. */
function withoutSecret(error: unknown, secret: string): unknown {
  const words =
    typeof error === 'object' && error !== null ? `${(error as Error).message}${(error as Error).stack}` : '';
  if (!words.includes(secret)) return error;
  return new Error((error as Error).message.replaceAll(secret, '[API key]'));
}
