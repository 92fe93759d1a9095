import { isPressroomError, linkSignals, PressroomError } from '@pressroom/domain';
import { type AdaptiveTimeout, startAdaptiveTimeout } from './adaptive-timeout.ts';
import { type BoundedExchange, withBoundedFetch } from './bounded-fetch.ts';
import { toProviderError } from './gemini-error.ts';

export interface GeminiConnection {
  readonly apiKey: string;
  /** Where the API is; default Google's. */
  readonly baseUrl?: string | undefined;
  readonly timeout: AdaptiveTimeout;
}

/** The SDK's request options: it joins by a slash of its own. */
export function requestOptions({ baseUrl }: GeminiConnection): { readonly baseUrl?: string } {
  return baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/+$/, '') };
}

/**
 * One exchange with Gemini: its answer bounded, its time limited and extended while output comes, its errors named. An abort of
 * `signal` throws the signal's own reason.
 */
export async function callGemini<Result>(
  { apiKey, timeout }: GeminiConnection,
  maxBytes: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  // The SDK does not look at a signal that has fired before the call.
  signal.throwIfAborted();
  const deadline = startAdaptiveTimeout(timeout);
  const either = linkSignals(signal, deadline.signal);
  const exchange: BoundedExchange = { maxBytes, onOutput: deadline.sawOutput };
  try {
    return await withBoundedFetch(exchange, () => call(either.signal));
  } catch (error) {
    // Both aborts look the same to the SDK; only our own signals know which it was.
    signal.throwIfAborted();
    if (deadline.signal.aborted) {
      const message = `Gemini did not answer within ${deadline.limitMs} ms`;
      throw new PressroomError('provider-timeout', message, { cause: error });
    }
    throw isPressroomError(error) ? error : toProviderError(error, exchange, apiKey);
  } finally {
    deadline.stop();
    either.release();
  }
}
