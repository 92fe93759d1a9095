import type { StoredChunk } from '@pressroom/domain';
import { type Citation, citationProblem, type NumberedPassage } from '@pressroom/reports';

interface Quoted {
  readonly passage: number;
  readonly quote: string;
}

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

  /** Only for words that have no problem. */
  cite({ passage, quote }: Quoted): Citation {
    const chunk = this.#chunks[passage];
    if (chunk === undefined) throw new RangeError(`There is no passage ${passage}`);
    const { page } = chunk;
    return {
      document: this.#documentOf(chunk.digest),
      ...(page === undefined ? {} : { page }),
      chunkId: chunk.id,
      quote,
    };
  }
}
