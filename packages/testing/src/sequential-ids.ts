import type { IdSource } from '@pressroom/domain';

/** Ids in the shape of real ones that count 1, 2, 3, … for each prefix, so that tests can name them. */
export function sequentialIds(): IdSource {
  const counts = new Map<string, number>();
  return {
    next: (prefix) => {
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      return `${prefix}_${String(count).padStart(26, '0')}`;
    },
  };
}
