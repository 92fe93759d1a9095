import type { PageSize } from '@pressroom/domain';
import type { Report } from '@pressroom/reports';
import type { FlowedDocument } from '../flow/flowed-document.ts';

/** Everything that the pages are made from. The same content gives the same bytes. */
export interface ReportContent {
  readonly report: Report;
  /** BCP 47 of the report's text; what the pages themselves add is in English. */
  readonly language: string;
  readonly pageSize: PageSize;
}

export interface ReportSummary {
  readonly pages: number;
  readonly preflight: readonly string[];
  readonly bytes: number;
}

/** A report in the making. */
export type ReportDocument = FlowedDocument<ReportContent>;
