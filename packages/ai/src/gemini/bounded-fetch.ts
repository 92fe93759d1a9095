import { AsyncLocalStorage } from 'node:async_hooks';

/** What is watched about the one HTTP exchange of a call. */
export interface BoundedExchange {
  readonly maxBytes: number;
  /** The answer's Retry-After header, which the SDK drops. */
  retryAfter?: string | undefined;
  /** Whether the answer was cut because it went over the limit. */
  tooLarge?: boolean;
  /** Called with every piece of the answer that comes. */
  readonly onOutput?: () => void;
}

const exchanges = new AsyncLocalStorage<BoundedExchange>();
const marker = Symbol.for('pressroom.bounded-fetch');

/**
 * Runs a call of the SDK with its answer bounded. The SDK reads the answer whole through the global `fetch` and takes no other
 * one, so a wrapper stands before the global from the first call on. It acts only inside `withBoundedFetch` (by
 * asynchronous context); everyone else's requests pass through untouched. Redirects are refused: they would carry the
 * key to another host.
 */
export function withBoundedFetch<Result>(
  exchange: BoundedExchange,
  call: () => Promise<Result>,
): Promise<Result> {
  if (!(marker in globalThis.fetch))
    globalThis.fetch = Object.assign(bound(globalThis.fetch), { [marker]: true });
  return exchanges.run(exchange, call);
}

function bound(original: typeof fetch): typeof fetch {
  return async (input, init) => {
    const exchange = exchanges.getStore();
    if (exchange === undefined) return await original(input, init);
    const response = await original(input, { ...init, redirect: 'error' });
    exchange.retryAfter = response.headers.get('retry-after') ?? undefined;
    const { status, statusText, headers, body } = response;
    return new Response(body?.pipeThrough(limit(exchange)) ?? null, { status, statusText, headers });
  };
}

function limit(exchange: BoundedExchange): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      exchange.onOutput?.();
      if (bytes <= exchange.maxBytes) controller.enqueue(chunk);
      else {
        exchange.tooLarge = true;
        controller.error(new RangeError(`The answer has more than ${exchange.maxBytes} bytes`));
      }
    },
  });
}
