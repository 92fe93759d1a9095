import type { PageSize } from '@pressroom/domain';
import type { LearningPlan } from '@pressroom/plans';
import type { FlowedDocument } from '../flow/flowed-document.ts';

/** Everything that the workbook is made from. The same content gives the same bytes. */
export interface PlanContent {
  readonly plan: LearningPlan;
  /** The version that it was made from: the workbook says what has changed since. */
  readonly base?: LearningPlan | undefined;
  /** BCP 47 of the plan's text; what the pages themselves add is in English. */
  readonly language: string;
  readonly pageSize: PageSize;
}

export interface PlanSummary {
  readonly pages: number;
  readonly preflight: readonly string[];
  readonly bytes: number;
}

/** A workbook in the making. */
export type PlanDocument = FlowedDocument<PlanContent>;
