import { PressroomError } from '@pressroom/domain';

/** How many event streams one account may hold open at once in this process. */
export class StreamSlots {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a slot and returns how to give it back.
   *
   * @throws PressroomError `rate-limited`
   */
  take(accountId: string): () => void {
    const taken = this.#taken.get(accountId) ?? 0;
    if (taken >= this.#limit) {
      throw new PressroomError('rate-limited', `This account has ${this.#limit} event streams open already`, {
        retryAfterMs: 5_000,
        facts: { streams: this.#limit },
      });
    }
    this.#taken.set(accountId, taken + 1);
    return () => {
      const left = (this.#taken.get(accountId) ?? 1) - 1;
      if (left === 0) this.#taken.delete(accountId);
      else this.#taken.set(accountId, left);
    };
  }
}
