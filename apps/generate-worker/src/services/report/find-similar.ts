import type { Caller, DocumentStore, EmbeddingModel, EmbeddingService, StoredChunk } from '@pressroom/domain';
import { mostSimilarTexts } from '@pressroom/reports';

export interface SimilarSearch {
  readonly accountId: string;
  readonly question: string;
  readonly language: string;
  readonly documents: readonly { readonly digest: string; readonly embedding?: EmbeddingModel | undefined }[];
  readonly limit: number;
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

/** Chunks that are read at once where they have to be compared by their words. */
const page = 200;

/**
 * The chunks of the documents that are most similar to a question: by their vectors, if all have been embedded with the model
 * that is here, else by the words that they have in common with it.
 */
export async function findSimilarChunks(
  documents: DocumentStore,
  embeddings: EmbeddingService | undefined,
  search: SimilarSearch,
): Promise<readonly StoredChunk[]> {
  const { accountId, question, limit, caller, signal } = search;
  const digests = search.documents.map(({ digest }) => digest);
  if (
    embeddings !== undefined &&
    search.documents.every(({ embedding }) => isSame(embedding, embeddings.model))
  ) {
    const { vectors } = await embeddings.embed({ texts: [question], purpose: 'query', caller, signal });
    const [vector] = vectors;
    if (vector !== undefined) return await documents.nearest(accountId, digests, { vector, limit, signal });
  }
  let best: StoredChunk[] = [];
  for (const digest of digests) {
    for (let from = 0, full = true; full; from += page) {
      signal.throwIfAborted();
      const chunks = await documents.chunks(accountId, digest, { from, limit: page });
      best = mostSimilarTexts(question, [...best, ...chunks], search.language, limit);
      full = chunks.length === page;
    }
  }
  return best;
}

function isSame(a: EmbeddingModel | undefined, b: EmbeddingModel): boolean {
  return a?.provider === b.provider && a.model === b.model && a.dimensions === b.dimensions;
}
