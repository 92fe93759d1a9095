import type { AssetReference } from './asset-reference.ts';
import type { Degradation } from './degradation.ts';
import type { PageSize } from './page-size.ts';

/** A run of a document's passages, for one worker. */
export interface MapReportChunksInput {
  /** Position of the document in the job, from 0. */
  readonly document: number;
  readonly digest: string;
  /** BCP 47, of the document; absent when nobody knows. */
  readonly language?: string | undefined;
  readonly question?: string | undefined;
  /** First passage, and how many from there on. */
  readonly from: number;
  readonly count: number;
  /** At most so many of them are read, from all parts of the run. */
  readonly most: number;
}

/** Who wrote something, and with how many calls. */
export interface WrittenBy {
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly saved?: number;
  readonly degraded?: Degradation;
}

export interface MapReportChunksOutput extends WrittenBy {
  /** JSON: what was found in these passages. */
  readonly part: AssetReference;
  readonly findings: number;
  readonly chunksRead: number;
}

export interface ReduceReportInput {
  readonly title?: string | undefined;
  readonly question?: string | undefined;
  /** Credits for parts that one document may cost: as many batches it is divided into at most. */
  readonly batchesPerDocument: number;
  /** What the documents were asked for by: an asset id or an address, in order. */
  readonly documents: readonly string[];
  /** What the documents are called where they do not say so themselves, in order; empty where nobody knows. */
  readonly names?: readonly string[] | undefined;
}

export interface ReduceReportOutput extends WrittenBy {
  /** JSON of the report. */
  readonly report: AssetReference;
  /** Its findings as CSV. */
  readonly table: AssetReference;
  readonly findings: number;
  /** Positions (from 0) of documents that were left out because they could not be read. */
  readonly skipped: readonly number[];
  /** Positions (from 0) of documents of which a part was read by another provider than the one that was asked for. */
  readonly degradedDocuments: readonly number[];
}

export interface RenderReportInput {
  readonly pageSize: PageSize;
}

export interface RenderReportOutput {
  readonly document: AssetReference;
  readonly report: AssetReference;
  readonly table: AssetReference;
  readonly pages: number;
  readonly skipped: readonly number[];
  readonly degraded: readonly number[];
  readonly preflight: readonly string[];
}
