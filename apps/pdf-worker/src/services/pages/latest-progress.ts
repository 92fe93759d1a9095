export interface LatestProgress {
  readonly report: (done: number, total: number) => void;
  /** Resolves when the last report has been written; rejects with the first error that writing one gave. */
  readonly settled: () => Promise<void>;
}

/** Writes reports one at a time; those that come while one is being written give way to the newest of them. */
export function latestProgress(write: (done: number, total: number) => Promise<void>): LatestProgress {
  let waiting: readonly [number, number] | undefined;
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const drain = async (): Promise<void> => {
    while (waiting !== undefined && failure === undefined) {
      const [done, total] = waiting;
      waiting = undefined;
      try {
        await write(done, total);
      } catch (error) {
        failure = { error };
      }
    }
    writing = undefined;
  };

  return {
    report: (done, total) => {
      waiting = [done, total];
      writing ??= drain();
    },
    settled: async () => {
      await writing;
      if (failure !== undefined) throw failure.error;
    },
  };
}
