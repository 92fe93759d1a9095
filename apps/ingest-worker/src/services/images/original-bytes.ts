import { createHash } from 'node:crypto';
import { type AssetStore, PressroomError } from '@pressroom/domain';
import { checkImageBytes, type ImageLimits } from '@pressroom/images';

/** An uploaded asset as the records describe it. */
export interface StoredOriginal {
  readonly storageKey: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly mediaType: string;
}

/**
 * The uploaded bytes, read once an attempt and held once. Each read is checked against the size and hash of the upload,
 * also when a later attempt on another machine starts in the middle.
 */
export class OriginalBytes {
  readonly #store: AssetStore;
  readonly #limits: Pick<ImageLimits, 'maxBytes'>;
  readonly #signal: AbortSignal;
  #bytes: Buffer | undefined;

  constructor(store: AssetStore, limits: Pick<ImageLimits, 'maxBytes'>, signal: AbortSignal) {
    this.#store = store;
    this.#limits = limits;
    this.#signal = signal;
  }

  /** Errors thrown: `asset-empty`, `asset-too-large`, `asset-missing`, `asset-altered`, and the store's own. */
  async read(asset: StoredOriginal): Promise<Buffer> {
    this.#bytes ??= await this.#load(asset);
    return this.#bytes;
  }

  /** Gives the bytes away, so that a decoder thread can have them without a copy; a later read loads them again. */
  async take(asset: StoredOriginal): Promise<Buffer> {
    const bytes = await this.read(asset);
    this.#bytes = undefined;
    return bytes;
  }

  /** Lets the bytes go; a later read loads them again. */
  release(): void {
    this.#bytes = undefined;
  }

  async #load(asset: StoredOriginal): Promise<Buffer> {
    checkImageBytes(asset.bytes, this.#limits);
    const source = await this.#store.get(asset.storageKey, { signal: this.#signal });
    // Not from Node's shared pool: the memory may be handed over to a thread as a whole.
    const bytes = Buffer.allocUnsafeSlow(asset.bytes);
    const hash = createHash('sha256');
    let filled = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (filled + chunk.length > bytes.length) {
        throw altered(`it is longer than the ${asset.bytes} bytes that were uploaded`);
      }
      hash.update(chunk);
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    this.#signal.throwIfAborted();
    if (filled < bytes.length) {
      throw altered(`it has ${filled} of the ${asset.bytes} bytes that were uploaded`);
    }
    if (hash.digest('hex') !== asset.sha256) throw altered('its SHA-256 is another one');
    return bytes;
  }
}

function altered(fact: string): PressroomError {
  return new PressroomError('asset-altered', `The stored file is not the one that was uploaded: ${fact}`);
}
