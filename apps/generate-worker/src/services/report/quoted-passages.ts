import type { StoredChunk } from '@pressroom/domain';
import { type Citation, citationProblem, comparable, type NumberedPassage } from '@pressroom/reports';

interface Quoted {
  readonly passage: number;
  readonly quote: string;
}

/** Letters of a name that do not stand next to each other by chance inside of other words. */
const longEnough = 8;

/** Chunks as a provider is shown them, and the way back from its quotations to what they cite. */
export class QuotedPassages {
  readonly passages: readonly NumberedPassage[];
  readonly #chunks: readonly StoredChunk[];
  readonly #documentOf: (digest: string) => number;

  constructor(chunks: readonly StoredChunk[], documentOf: (digest: string) => number) {
    this.#chunks = chunks;
    this.#documentOf = documentOf;
    this.passages = chunks.map(({ text, page, headings }, number) => ({ number, text, page, headings }));
  }

  /** Why the words cannot be accepted; undefined when they stand in the passage. */
  problem({ passage, quote }: Quoted): string | undefined {
    const why = citationProblem(quote, this.#chunks[passage]);
    return why === undefined ? undefined : `“${quote.slice(0, 120)}” (passage ${passage}): ${why}`;
  }

  /** How often a name stands in the passages as words of their own, what two passages have in common counted once. */
  mentions(name: string): number {
    const pattern = wordPattern(name);
    if (pattern === undefined) return 0;
    const count = this.#chunks.reduce((sum, { text, start, digest }, index) => {
      const before = this.#chunks[index - 1];
      const overlap = before !== undefined && before.digest === digest ? Math.max(0, before.end - start) : 0;
      return sum + (text.slice(overlap).match(pattern)?.length ?? 0);
    }, 0);
    if (count > 0) return count;
    // Parted by a hyphen at the end of a line, or with other dashes: it is there all the same.
    const letters = comparable(name);
    return letters.length >= longEnough && this.#chunks.some(({ text }) => comparable(text).includes(letters))
      ? 1
      : 0;
  }

  /** Only for words that have no problem. */
  cite({ passage, quote }: Quoted): Citation {
    const chunk = this.#chunks[passage];
    if (chunk === undefined) throw new RangeError(`There is no passage ${passage}`);
    const { page, position } = chunk;
    return {
      document: this.#documentOf(chunk.digest),
      ...(page === undefined ? {} : { page }),
      chunkId: chunk.id,
      passage: position + 1,
      quote,
    };
  }
}

/** Case tells nothing, but in an abbreviation: IT is not it. */
function wordPattern(name: string): RegExp | undefined {
  const words = name.trim().split(/\s+/u);
  if (comparable(name) === '') return undefined;
  const source = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+');
  const flags = /^[^\p{Ll}]+$/u.test(name) ? 'gu' : 'giu';
  return new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])${source}(?![\\p{L}\\p{M}\\p{N}])`, flags);
}
