import type { Readable } from 'node:stream';

export interface StoredBlob {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface PutOptions {
  /** Refuse (`asset-too-large`) as soon as more than this many bytes have come. */
  readonly maxBytes?: number;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface ByteRange {
  /** First and last byte, both inclusive, as in HTTP. */
  readonly start: number;
  readonly end: number;
}

/**
 * Where bytes live. Keys are chosen by the caller, use `/` between segments of `[A-Za-z0-9._-]`, and never hold user input.
 *
 * Writes are atomic: a reader sees the whole blob or none. Errors thrown: `asset-missing` for an absent key,
 * `asset-too-large`, `storage-full`, `storage-unavailable`.
 */
export interface AssetStore {
  /** Streams `source` under `key`, hashing as it goes. An existing blob is replaced by identical use only: keys are content-addressed or owned by one step. */
  put(key: string, source: Readable | Uint8Array, options?: PutOptions): Promise<StoredBlob>;
  /** Streams to a temporary place first and asks for the key once hash and size are known (content addressing). */
  putByContent(
    keyFor: (sha256: string) => string,
    source: Readable,
    options?: PutOptions,
  ): Promise<StoredBlob>;
  get(key: string, options?: { range?: ByteRange; signal?: AbortSignal }): Promise<Readable>;
  /** The whole blob in memory; refuses (`asset-too-large`) above `maxBytes`. */
  getBytes(key: string, options: { maxBytes: number; signal?: AbortSignal }): Promise<Buffer>;
  stat(key: string): Promise<{ bytes: number } | undefined>;
  delete(key: string): Promise<void>;
  deletePrefix(prefix: string): Promise<void>;
  /**
   * Removes what puts that were cut off have left behind, and that no put can still be writing; how many. 0 where the store
   * itself is told to do it.
   */
  sweepIncoming(): Promise<number>;
  /** Throws when the store cannot be written and read: for readiness. */
  check(): Promise<void>;
}
