import { createHash } from 'node:crypto';
import { addAbortSignal, Readable } from 'node:stream';
import type { PutOptions } from '@pressroom/domain';
import { tooLarge } from './storage-errors.ts';

/**
 * What is being stored, counted and hashed as it passes. Ends with `asset-too-large` at the first byte too many, and with
 * the signal's reason on abort, also when the source itself is silent. It can be read once.
 */
export class MeasuredSource {
  readonly #source: Readable;
  readonly #options: PutOptions;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(source: Readable | Uint8Array, options: PutOptions) {
    this.#options = options;
    this.#source = source instanceof Uint8Array ? Readable.from([source]) : source;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * What went wrong on this side, as opposed to the store's: the client hung up, the file is too large, an abort. Whoever
   * reads the source through a library asks here, since the library may have wrapped it.
   */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Lower-case hex; call once, after the last chunk. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  /** Ends a source of which nothing was read: whoever writes into it would wait for room for ever. */
  discard(): void {
    this.#source.destroy();
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const { maxBytes, signal } = this.#options;
    // While a chunk is handed over, an error that arrives here was thrown in by the reader as it gave up: not the source's.
    let handedOver = false;
    try {
      signal?.throwIfAborted();
      if (signal !== undefined) addAbortSignal(signal, this.#source);
      for await (const chunk of this.#source as AsyncIterable<Uint8Array | string>) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : asBuffer(chunk);
        this.#bytes += bytes.length;
        if (maxBytes !== undefined && this.#bytes > maxBytes) throw tooLarge('The file', maxBytes);
        this.#hash.update(bytes);
        handedOver = true;
        yield bytes;
        handedOver = false;
      }
    } catch (error) {
      if (handedOver && !signal?.aborted) throw error;
      this.#failure = { error: signal?.aborted ? signal.reason : error };
      throw this.#failure.error;
    } finally {
      this.#source.destroy();
    }
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
