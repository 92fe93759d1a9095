import type { ServerResponse } from 'node:http';

export interface ServerSentEvent {
  readonly id: number;
  readonly event: string;
  readonly data: unknown;
}

export interface EventStreamOptions {
  /** Milliseconds between two signs of life while nothing happens: proxies cut what is silent. */
  readonly heartbeatMs: number;
  /** Milliseconds that a reader may take nothing; then it is let go, and resumes when it can. */
  readonly stallMs: number;
  /** Milliseconds that a reader should wait before it comes back. */
  readonly retryMs: number;
  readonly signal: AbortSignal;
}

/**
 * Writes events (WHATWG HTML, 9.2) no faster than the reader takes them, until `events` ends or the reader has gone. Ends
 * the answer well in every case: the reader cannot tell a restart from the end by the connection, only by the last event.
 */
export async function writeEventStream(
  response: ServerResponse,
  events: AsyncIterable<ServerSentEvent>,
  options: EventStreamOptions,
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  response.write(`retry: ${options.retryMs}\n\n`);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, options.heartbeatMs);
  try {
    for await (const { id, event, data } of events) {
      const taken = response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (!taken && !(await drained(response, options))) break;
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

/** False when the reader has gone, or took nothing for too long. */
function drained(response: ServerResponse, options: EventStreamOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (ready: boolean) => (): void => {
      clearTimeout(timer);
      response.off('drain', onDrain).off('close', onClose);
      options.signal.removeEventListener('abort', onClose);
      resolve(ready);
    };
    const onDrain = finish(true);
    const onClose = finish(false);
    const timer = setTimeout(() => {
      onClose();
      response.destroy();
    }, options.stallMs);
    response.on('drain', onDrain).on('close', onClose);
    options.signal.addEventListener('abort', onClose);
    if (response.destroyed || options.signal.aborted) onClose();
  });
}
