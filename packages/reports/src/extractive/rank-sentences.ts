/** A sparse vector of unit length. */
export type TermVector = ReadonlyMap<string, number>;

/**
 * How central each sentence is to all of them, from 0 to 1: LexRank, the stationary distribution of a walk over sentences that are
 * similar to each other (Erkan, Radev: "LexRank: Graph-based Lexical Centrality as Salience in Text Summarization", JAIR 22,
 * 2004), with their constants: similarities below 0.1 do not count, and one step in seven is a jump.
 *
 * Takes time by the pairs of sentences that share a term.
 */
export function rankSentences(vectors: readonly TermVector[]): number[] {
  const count = vectors.length;
  if (count === 0) return [];
  const neighbours = similarPairs(vectors);
  const weight = neighbours.map((list) => list.reduce((sum, [, similarity]) => sum + similarity, 0));
  let ranks = new Array<number>(count).fill(1 / count);
  for (let round = 0; round < 50; round += 1) {
    const next = new Array<number>(count).fill(jump / count);
    let lone = 0;
    for (const [index, list] of neighbours.entries()) {
      const rank = ranks[index] ?? 0;
      if (list.length === 0) lone += rank;
      for (const [other, similarity] of list) {
        next[other] = (next[other] ?? 0) + ((1 - jump) * rank * similarity) / (weight[index] ?? 1);
      }
    }
    for (let index = 0; index < count; index += 1)
      next[index] = (next[index] ?? 0) + ((1 - jump) * lone) / count;
    const moved = next.reduce((sum, rank, index) => sum + Math.abs(rank - (ranks[index] ?? 0)), 0);
    ranks = next;
    if (moved < 1e-6) break;
  }
  const highest = Math.max(...ranks);
  return ranks.map((rank) => rank / highest);
}

const jump = 0.15;
const leastSimilarity = 0.1;

/** tf-idf of each list of terms, the lists being the documents that are counted; of unit length. */
export function weighTerms(lists: readonly (readonly string[])[]): TermVector[] {
  const holders = new Map<string, number>();
  for (const list of lists) for (const term of new Set(list)) holders.set(term, (holders.get(term) ?? 0) + 1);
  return lists.map((list) => {
    const counts = new Map<string, number>();
    for (const term of list) counts.set(term, (counts.get(term) ?? 0) + 1);
    const vector = new Map<string, number>();
    for (const [term, times] of counts) {
      vector.set(term, times * Math.log(1 + lists.length / (holders.get(term) ?? 1)));
    }
    return scaled(vector);
  });
}

export function similarity(a: TermVector, b: TermVector): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [term, weight] of small) sum += weight * (large.get(term) ?? 0);
  return sum;
}

function scaled(vector: Map<string, number>): TermVector {
  const length = Math.hypot(...vector.values());
  if (length > 0) for (const [term, weight] of vector) vector.set(term, weight / length);
  return vector;
}

function similarPairs(vectors: readonly TermVector[]): [other: number, similarity: number][][] {
  const holders = new Map<string, [index: number, weight: number][]>();
  for (const [index, vector] of vectors.entries()) {
    for (const [term, weight] of vector) {
      const list = holders.get(term);
      if (list === undefined) holders.set(term, [[index, weight]]);
      else list.push([index, weight]);
    }
  }
  return vectors.map((vector, index) => {
    const sums = new Map<number, number>();
    for (const [term, weight] of vector) {
      for (const [other, otherWeight] of holders.get(term) ?? []) {
        if (other !== index) sums.set(other, (sums.get(other) ?? 0) + weight * otherWeight);
      }
    }
    return [...sums].filter(([, sum]) => sum >= leastSimilarity);
  });
}
