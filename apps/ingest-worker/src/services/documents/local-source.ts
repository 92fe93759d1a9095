import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AssetStore, PressroomError } from '@pressroom/domain';
import type { ReceivedSource } from './received-source.ts';
import { openScratchFolder } from './scratch-folder.ts';

/**
 * The document as a file of this machine, which the reading process opens by its path: made when it is first asked for,
 * checked against size and hash while it is written, and gone with the attempt.
 */
export class LocalSource {
  readonly #store: AssetStore;
  readonly #signal: AbortSignal;
  #folder: string | undefined;
  #path: string | undefined;

  constructor(store: AssetStore, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
  }

  /** Errors thrown: `asset-missing`, `asset-altered`, and the store's own. */
  async path(source: ReceivedSource): Promise<string> {
    this.#path ??= await this.#load(source);
    return this.#path;
  }

  /** A folder for what belongs to this attempt alone. */
  async folder(): Promise<string> {
    this.#folder ??= await openScratchFolder();
    return this.#folder;
  }

  async close(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    this.#path = undefined;
  }

  async #load(source: ReceivedSource): Promise<string> {
    const path = join(await this.folder(), 'source');
    const hash = createHash('sha256');
    let bytes = 0;
    const stream = await this.#store.get(source.storageKey, { signal: this.#signal });
    const file = await open(path, 'w', 0o600);
    try {
      for await (const piece of stream as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > source.bytes)
          throw altered(`it is longer than the ${source.bytes} bytes that were received`);
        hash.update(piece);
        await file.writeFile(piece);
      }
    } finally {
      await file.close();
    }
    this.#signal.throwIfAborted();
    if (bytes < source.bytes)
      throw altered(`it has ${bytes} of the ${source.bytes} bytes that were received`);
    if (hash.digest('hex') !== source.sha256) throw altered('its SHA-256 is another one');
    return path;
  }
}

function altered(fact: string): PressroomError {
  return new PressroomError('asset-altered', `The stored file is not the one that was received: ${fact}`);
}
