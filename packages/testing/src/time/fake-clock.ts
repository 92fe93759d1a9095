import type { Clock } from '@pressroom/domain';

export interface FakeClock extends Clock {
  /** Goes on by so many milliseconds. */
  advance(ms: number): void;
  set(now: Date | string): void;
}

/** Stands still until told. Begins at 2026-01-01T00:00:00Z unless told otherwise. */
export function fakeClock(start: Date | string = '2026-01-01T00:00:00.000Z'): FakeClock {
  let now = new Date(start).getTime();
  return {
    now: () => new Date(now),
    advance: (ms) => {
      now += ms;
    },
    set: (date) => {
      now = new Date(date).getTime();
    },
  };
}
