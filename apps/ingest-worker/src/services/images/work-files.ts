import { type AssetStore, storageKeys } from '@pressroom/domain';

/** No work file is larger: a picture of at most 2,048 × 2,048 pixels, at worst uncompressed. */
const maxWorkBytes = 32 * 1024 * 1024;

/** What the stages of one step hand to each other: in memory within an attempt, in the asset store between attempts. */
export class WorkFiles {
  readonly #store: AssetStore;
  readonly #stepId: string;
  readonly #signal: AbortSignal;
  readonly #held = new Map<string, Buffer>();

  constructor(store: AssetStore, stepId: string, signal: AbortSignal) {
    this.#store = store;
    this.#stepId = stepId;
    this.#signal = signal;
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    await this.#store.put(storageKeys.work(this.#stepId, name), bytes, { signal: this.#signal });
    this.#held.set(name, bytes);
  }

  async read(name: string): Promise<Buffer> {
    const held = this.#held.get(name);
    if (held !== undefined) return held;
    return this.#store.getBytes(storageKeys.work(this.#stepId, name), {
      maxBytes: maxWorkBytes,
      signal: this.#signal,
    });
  }

  /** Frees the memory; the stored file stays. */
  release(name: string): void {
    this.#held.delete(name);
  }

  async deleteAll(): Promise<void> {
    this.#held.clear();
    await this.#store.deletePrefix(storageKeys.workPrefix(this.#stepId));
  }
}
