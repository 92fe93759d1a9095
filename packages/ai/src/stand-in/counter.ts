export interface Counter {
  readonly increase: () => void;
  /** Resolves when the count is reached: what tests wait for instead of time. */
  readonly reaches: (count: number) => Promise<void>;
}

export function createCounter(): Counter {
  let value = 0;
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  return {
    increase: () => {
      value += 1;
      for (const entry of waiting) {
        if (entry.count > value) continue;
        waiting.delete(entry);
        entry.resolve();
      }
    },
    reaches: (count) =>
      new Promise((resolve) => {
        if (value >= count) resolve();
        else waiting.add({ count, resolve });
      }),
  };
}
