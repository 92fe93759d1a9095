import type { AssetReference } from './asset-reference.ts';

export const documentFormats = ['pdf', 'docx', 'html', 'markdown', 'text', 'csv'] as const;
export type DocumentFormat = (typeof documentFormats)[number];

export interface IngestDocumentInput {
  /** The position of the document in the job, from 0: names it in messages. */
  readonly index: number;
  /** An asset of the account, or an address on the public web. */
  readonly source:
    | { readonly assetId: string }
    /** `scheduled`: no person asks for it just now, so the server's robots.txt decides. */
    | { readonly url: string; readonly scheduled?: boolean | undefined };
}

/** Which model the chunks of a document were embedded with; vectors of different models cannot be compared. */
export interface EmbeddingModel {
  readonly provider: string;
  readonly model: string;
  readonly dimensions: number;
}

/** What reading and cutting up a document gave: the same whether it was done now or found. */
export interface DocumentFindings {
  /**
   * SHA-256, hex, of the document's bytes and of everything that decides what is made of them. Its chunks are found by it,
   * within the account.
   */
  readonly digest: string;
  readonly format: DocumentFormat;
  readonly title?: string;
  /** BCP 47; absent when nothing declares or shows it. */
  readonly language?: string;
  /** Absent in formats that have none. */
  readonly pages?: number;
  /** Of the normalised text, in UTF-16 units. */
  readonly characters: number;
  readonly chunks: number;
  /** Estimated, of all chunks together; overlaps count twice. */
  readonly tokens: number;
  /** Absent when the chunks were stored without vectors. */
  readonly embedding?: EmbeddingModel;
}

export interface IngestDocumentOutput extends DocumentFindings {
  /** The bytes as uploaded or fetched; `url` is the address that gave them, after redirects. */
  readonly source: AssetReference & { readonly url?: string };
  /** The normalised text as JSON lines: a line about the document, then one for each block in reading order. */
  readonly document: AssetReference;
  /** True when the account had ingested the same document before: nothing was read or embedded again. */
  readonly reused: boolean;
}
