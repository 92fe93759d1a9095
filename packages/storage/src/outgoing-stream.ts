import { Readable } from 'node:stream';

/**
 * A stream for the caller whose errors have been given their meaning: `explain` for the store's, the signal's own reason on
 * abort. Closing it early also closes the body underneath.
 */
export function outgoingStream(
  body: Readable,
  signal: AbortSignal | undefined,
  explain: (error: unknown) => Error,
): Readable {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw signal?.aborted ? signal.reason : explain(error);
    }
  }
  const stream = Readable.from(chunks(), { objectMode: false, highWaterMark: 256 * 1024 });
  const abort = () => body.destroy(new Error('aborted'));
  signal?.addEventListener('abort', abort, { once: true });
  // A generator that was never begun has no `finally`: the body has to be closed from here.
  stream.once('close', () => {
    signal?.removeEventListener('abort', abort);
    body.destroy();
  });
  // An error that comes before the first read would otherwise have no listener and end the process.
  body.on('error', () => {});
  return stream;
}

/** All of it, refusing as soon as it is more than `maxBytes`. */
export async function collect(stream: Readable, maxBytes: number, refusal: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw refusal();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
