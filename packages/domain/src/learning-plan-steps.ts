import type { AssetReference } from './asset-reference.ts';
import type { WrittenBy } from './document-report-steps.ts';
import type { PageSize } from './page-size.ts';

export const skillLevels = ['beginner', 'intermediate', 'advanced'] as const;
export type SkillLevel = (typeof skillLevels)[number];
/** What most of the time is for. */
export const learningStyles = ['reading', 'practice', 'mixed'] as const;
export type LearningStyle = (typeof learningStyles)[number];

/** A document that the plan is made from, as the steps above find it again. */
export interface PlanSource {
  /** Position of the document in the job, from 0. */
  readonly index: number;
  readonly digest: string;
}

/** The version of a plan that a new one is made from, in a regeneration. */
export interface PlanBase {
  readonly version: number;
  /** JSON of it, with resources. */
  readonly plan: AssetReference;
  readonly sources: readonly PlanSource[];
}

export interface WritePlanInput {
  readonly topic: string;
  readonly skillLevel: SkillLevel;
  readonly learningStyle: LearningStyle;
  readonly weeklyMinutes: number;
  /** ISO 8601 dates; the deadline is the last day. */
  readonly start: string;
  readonly deadline?: string | undefined;
  readonly notes?: string | undefined;
  /** BCP 47. */
  readonly language: string;
  /** What the sources were asked for by: an asset id or an address, in order. */
  readonly documents: readonly string[];
  /** What to call those that have no title of their own; empty for none. */
  readonly names: readonly string[];
  /** Absent for the first version of a plan. */
  readonly regeneration?:
    | {
        /** Which version is made. */
        readonly version: number;
        readonly base: PlanBase;
        /** JSON of the version before this one, where that is not the base: what is in calendars now. */
        readonly newest?: AssetReference | undefined;
        /** False: modules and tasks are those of the base, and only their dates are worked out anew. */
        readonly isRedrafted: boolean;
      }
    | undefined;
}

export interface WritePlanOutput extends WrittenBy {
  /** JSON of the plan, without resources. */
  readonly plan: AssetReference;
  readonly sources: readonly PlanSource[];
  /** Positions (from 0) of documents that were left out because they could not be read. */
  readonly skipped: readonly number[];
  readonly tasks: number;
}

export interface CuratePlanInput {
  /** At most so many for a task. */
  readonly resourcesPerTask: number;
  /** Whose resources stay with the tasks that did not change. */
  readonly base?: PlanBase | undefined;
}

export interface CuratePlanOutput {
  /** JSON of the plan, with resources. */
  readonly plan: AssetReference;
  readonly markdown: AssetReference;
  /** iCalendar. */
  readonly calendar: AssetReference;
  /** Absent where a process of an older build has written it. */
  readonly sources?: readonly PlanSource[] | undefined;
  readonly skipped: readonly number[];
  readonly resources: number;
  /** Resources that stayed with their tasks, and were not looked for again. */
  readonly kept?: number | undefined;
  /** Tasks for which nothing was found. */
  readonly tasksWithout: number;
}

export interface RenderPlanInput {
  readonly pageSize: PageSize;
  /** What the workbook says the changes since. */
  readonly base?: PlanBase | undefined;
}

export interface RenderPlanOutput {
  readonly document: AssetReference;
  readonly plan: AssetReference;
  readonly markdown: AssetReference;
  readonly calendar: AssetReference;
  readonly pages: number;
  readonly skipped: readonly number[];
  readonly preflight: readonly string[];
}
