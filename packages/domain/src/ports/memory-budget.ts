/** The working memory of one process, given out by estimated bytes before it is used. */
export interface MemoryBudget {
  /**
   * Resolves once so many bytes are free, first come, first served, with how to give them back. More than there is means: all
   * of it, so that the work runs alone. `onWait` is called when the bytes are not free at once. Rejects with the signal's
   * reason; a request that was given up holds nothing and nobody up.
   */
  acquire(
    bytes: number,
    options: { readonly signal: AbortSignal; readonly onWait?: () => void },
  ): Promise<() => void>;
}

/** What a budget looks like from outside. */
export interface MemoryUse {
  readonly budgetBytes: number;
  readonly heldBytes: number;
  /** Requests that wait. */
  readonly waiting: number;
}
