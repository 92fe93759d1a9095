/** Numbers that look random and are the same for the same seed, so that a drawn picture can be drawn again. */
export interface SeededRandom {
  /** From `low` up to, not including, `high`. */
  between(low: number, high: number): number;
  /** Throws RangeError for an empty list. */
  pick<T>(list: readonly T[]): T;
}

/** `seed` counts as an unsigned 32-bit integer. Algorithm: mulberry32, by Tommy Ettinger (public domain). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (low, high) => low + (high - low) * next(),
    pick: (list) => {
      const picked = list[Math.floor(next() * list.length)];
      if (picked === undefined) throw new RangeError('Cannot pick from an empty list');
      return picked;
    },
  };
}
