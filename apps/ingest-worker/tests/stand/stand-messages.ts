/** What goes between a stand and its process: one case at a time. */
import type { ErrorCode } from '@pressroom/domain';

/** Resident memory of the process that reads a document. */
export const standReaderBytes = 256 * 1024 ** 2;

export interface StandCase {
  readonly path: string;
  /** What the upload declares. */
  readonly mediaType: string;
  readonly sort: 'document' | 'picture';
  /** Of the reading of a document. */
  readonly timeoutSeconds: number;
  /** Whether the text of an accepted document is wanted. */
  readonly wantsText: boolean;
}

export interface StandAnswer {
  readonly ended: 'accepted' | 'refused';
  /** Of a refusal; `internal` for what was thrown without a name. */
  readonly code?: ErrorCode;
  readonly message?: string;
  readonly text?: string;
  /** One sentence for each promise that was broken: what is left behind, what is untrue of the result. */
  readonly violations: readonly string[];
}

/** What the process holds once it is idle and has collected its garbage. */
export interface StandHoldings {
  readonly heapBytes: number;
  readonly openFiles: number;
}

export type StandRequest =
  | { readonly ask: 'ingest'; readonly given: StandCase }
  | { readonly ask: 'holdings' };
export type StandReply =
  | { readonly reply: 'up' }
  | { readonly reply: 'ingested'; readonly answer: StandAnswer }
  | { readonly reply: 'holdings'; readonly holdings: StandHoldings };
