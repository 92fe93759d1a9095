/**
 * Saves one after the other, in the order in which they were handed over, while the work goes on: a commit takes as long as
 * some whole stages do. After one that failed no later one is begun.
 */
export class OrderedSaves {
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  add(save: () => Promise<void>): void {
    this.#last = this.#last.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await save();
      } catch (error) {
        this.#failure = { error };
      }
    });
  }

  /** So that work whose saves come to nothing goes no further. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Nothing is being saved any more. Never rejects. */
  async ended(): Promise<void> {
    await this.#last;
  }

  /** Everything is saved; throws what the first failed save threw. */
  async settled(): Promise<void> {
    await this.#last;
    this.throwIfFailed();
  }
}
