import type { DocumentFindings } from '../ingest-document.ts';

/** A passage of a document: what is embedded, given to a model, and cited. */
export interface StoredChunk {
  /** UUIDv5 of the document's digest, the position and the text's hash. */
  readonly id: string;
  readonly digest: string;
  /** From 0. */
  readonly position: number;
  /** First and last page, from 1, in formats that have pages. */
  readonly page?: number;
  readonly lastPage?: number;
  /** UTF-16 units of the document's normalised text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The headings that it stands under, outermost first. */
  readonly headings: readonly string[];
  readonly text: string;
  /** Estimated. */
  readonly tokens: number;
}

export interface NewChunk extends Omit<StoredChunk, 'digest'> {
  /** Of unit length. */
  readonly vector?: Float32Array;
}

/** A document that the account has ingested, with the place of its normalised text in the asset store. */
export interface DocumentRecord extends DocumentFindings {
  /** Of the bytes as received. */
  readonly sourceSha256: string;
  readonly document: { readonly storageKey: string; readonly bytes: number; readonly sha256: string };
}

/** How many of a batch's rows were new, and how many were there already. */
export interface ChunksWritten {
  readonly written: number;
  readonly conflicting: number;
}

/**
 * Ingested documents and their chunks, within an account. A document is seen only once it is complete: before that its rows
 * are the work of some step, which goes on or is forgotten. Every method throws `database-unavailable`.
 */
export interface DocumentStore {
  /** A complete document; says that it was used. */
  find(accountId: string, digest: string): Promise<DocumentRecord | undefined>;
  /** Makes room for the chunks. One that is there already stays as it is: the same digest means the same content. */
  begin(accountId: string, record: DocumentRecord): Promise<void>;
  /** Adds chunks that are not there; ids are derived from content, so what is there is the same. */
  writeChunks(accountId: string, digest: string, chunks: readonly NewChunk[]): Promise<ChunksWritten>;
  /** Makes the document seen when it has all its chunks; gives back how many it has. */
  complete(
    accountId: string,
    digest: string,
  ): Promise<{ readonly complete: boolean; readonly found: number }>;
  /** Chunks of a complete document from a position on, in order. */
  chunks(
    accountId: string,
    digest: string,
    range: { readonly from: number; readonly limit: number },
  ): Promise<readonly StoredChunk[]>;
  /** The chunks with these ids, in no order. */
  chunksById(accountId: string, ids: readonly string[]): Promise<readonly StoredChunk[]>;
  /** The chunks of these documents that are most similar to a vector of the same model, by cosine, best first. */
  nearest(
    accountId: string,
    digests: readonly string[],
    query: { readonly vector: Float32Array; readonly limit: number; readonly signal: AbortSignal },
  ): Promise<readonly (StoredChunk & { readonly similarity: number })[]>;
}
