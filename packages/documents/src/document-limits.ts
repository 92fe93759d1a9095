/** Increased when the same bytes give other blocks or chunks than before: documents are then ingested anew. */
export const documentPipelineVersion = 2;

/** Bounds of reading one document. All are checked while reading, never afterwards. */
export interface DocumentLimits {
  /** Of the file. */
  readonly maxBytes: number;
  /** Of formats that can only be read as a whole (PDF, DOCX, HTML, Markdown). */
  readonly maxWholeBytes: number;
  readonly maxPages: number;
  /** Of the text that comes out. */
  readonly maxCharacters: number;
  /** Of everything that a compressed container unpacks to. */
  readonly maxUnpackedBytes: number;
  readonly maxColumns: number;
  /** Of nested elements. */
  readonly maxDepth: number;
  /** Of reading, whatever the size. */
  readonly timeoutSeconds: number;
  /** Added for each megabyte of the file: a gigabyte of text is no attack, and takes its time on a busy machine. */
  readonly secondsPerMegabyte: number;
  /** Resident memory of the reading process. */
  readonly maxResidentBytes: number;
}

const mebibyte = 1024 * 1024;

export const defaultDocumentLimits: DocumentLimits = {
  maxBytes: 2_048 * mebibyte,
  maxWholeBytes: 100 * mebibyte,
  maxPages: 5_000,
  maxCharacters: 2_000_000_000,
  maxUnpackedBytes: 256 * mebibyte,
  maxColumns: 1_000,
  maxDepth: 256,
  timeoutSeconds: 300,
  secondsPerMegabyte: 1,
  maxResidentBytes: 512 * mebibyte,
};

/** A block that is longer is cut into several at a word's end, so that no step after it needs more memory than this. */
export const maxBlockCharacters = 16_384;
