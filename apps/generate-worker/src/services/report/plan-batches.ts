import type { IngestDocumentOutput, MapReportChunksInput } from '@pressroom/domain';

/** Estimated tokens that a batch should have, and that it may have when a document would otherwise have too many. */
const goodTokens = 12_000;
const mostTokens = 48_000;

export type PlannedBatch = Pick<MapReportChunksInput, 'from' | 'count' | 'most'>;

/**
 * The batches of one document: of equal size, as many as its length asks for and at most `most`. Of a document that is longer than
 * they hold, each reads passages from all of its part. The same document gives the same batches.
 */
export function planBatches(
  { chunks, tokens }: Pick<IngestDocumentOutput, 'chunks' | 'tokens'>,
  most: number,
): PlannedBatch[] {
  if (chunks === 0) return [];
  const wanted = Math.max(1, Math.ceil(tokens / goodTokens));
  const batches = Math.min(wanted, most, chunks);
  const perChunk = Math.max(1, tokens / chunks);
  return Array.from({ length: batches }, (_, index) => {
    const from = Math.floor((index * chunks) / batches);
    const count = Math.floor(((index + 1) * chunks) / batches) - from;
    return { from, count, most: Math.max(1, Math.min(count, Math.floor(mostTokens / perChunk))) };
  });
}

/** So many of the entries, from all parts, in order. */
export function spread<Entry>(entries: readonly Entry[], most: number): Entry[] {
  if (entries.length <= most) return [...entries];
  return Array.from(
    { length: most },
    (_, index) => entries[Math.floor((index * entries.length) / most)],
  ).filter((entry) => entry !== undefined);
}
