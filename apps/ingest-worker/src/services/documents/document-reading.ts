import {
  type DocumentFacts,
  type DocumentLimits,
  type Extracted,
  extractDocument,
} from '@pressroom/documents';
import type { DocumentFormat } from '@pressroom/domain';

/**
 * One process that reads the document, begun by `facts` and gone on with by `rest`: a PDF is opened once, not once to look at
 * it and once to read it. A stage that is run without the one before it begins anew.
 */
export class DocumentReading {
  readonly #limits: DocumentLimits;
  readonly #signal: AbortSignal;
  #begun: { readonly found: Extracted[]; readonly stream: AsyncGenerator<Extracted> } | undefined;

  constructor(limits: DocumentLimits, signal: AbortSignal) {
    this.#limits = limits;
    this.#signal = signal;
  }

  /** What the document says of itself. Errors thrown: as by `extractDocument`. */
  async facts(path: string, format: DocumentFormat): Promise<DocumentFacts> {
    const stream = extractDocument(path, format, this.#limits, this.#signal);
    const found: Extracted[] = [];
    this.#begun = { found, stream };
    let facts: DocumentFacts = {};
    for (;;) {
      const next = await stream.next();
      if (next.done === true) return facts;
      found.push(next.value);
      if (next.value.type === 'block') return facts;
      facts = { ...facts, ...next.value.facts };
    }
  }

  /** All of it, from the beginning. Can be read once. Errors thrown: as by `extractDocument`. */
  async *all(path: string, format: DocumentFormat): AsyncGenerator<Extracted> {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun === undefined) {
      yield* extractDocument(path, format, this.#limits, this.#signal);
      return;
    }
    try {
      yield* begun.found;
      yield* begun.stream;
    } finally {
      await begun.stream.return(undefined);
    }
  }

  /** Ends a process that was begun and not read to its end. */
  async close(): Promise<void> {
    await this.#begun?.stream.return(undefined);
    this.#begun = undefined;
  }
}
