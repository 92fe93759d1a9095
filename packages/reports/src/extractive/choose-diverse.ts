import { similarity, type TermVector } from './rank-sentences.ts';

/**
 * The best entries that do not repeat each other: maximal marginal relevance (Carbonell, Goldstein: "The Use of MMR, Diversity-Based
 * Reranking for Reordering Documents and Producing Summaries", SIGIR 1998), with equal weight on both.
 */
export function chooseDiverse<Entry>(
  entries: readonly Entry[],
  most: number,
  look: (entry: Entry) => { readonly score: number; readonly vector: TermVector },
): Entry[] {
  const left = entries.map((entry) => ({ entry, ...look(entry), nearest: 0 }));
  const chosen: Entry[] = [];
  while (chosen.length < most && left.length > 0) {
    let best = 0;
    for (const [index, { score, nearest }] of left.entries()) {
      const champion = left[best];
      if (champion !== undefined && score - nearest > champion.score - champion.nearest) best = index;
    }
    const [taken] = left.splice(best, 1);
    if (taken === undefined) break;
    // What is there almost word for word already says nothing more.
    if (taken.nearest < 0.85) chosen.push(taken.entry);
    for (const other of left) other.nearest = Math.max(other.nearest, similarity(taken.vector, other.vector));
  }
  return chosen;
}
