import type { PlanSource } from './learning-plan-steps.ts';
import type { Log } from './ports/log.ts';
import type { StepPlan } from './recipes/recipe.ts';
import type { HandlerName, HandlerNameOf, StepCatalog, WorkerType } from './step-catalog.ts';

/** A child step as its parent sees it, in plan order. */
export interface ChildStep {
  readonly stepId: string;
  /** As planned: unique in the job. */
  readonly key: string;
  readonly handler: HandlerName;
  readonly itemIndex: number | undefined;
  readonly status: 'succeeded' | 'failed' | 'skipped' | 'cancelled';
  /** The child handler's output; present exactly when it succeeded. */
  readonly output: unknown;
}

/** What a machine inside a step keeps between attempts, so that a crash resumes where it stopped. */
export interface StageRecord {
  readonly state: string;
  /** JSON the handler needs to go on from `state`. At most 64 kB. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StageTiming {
  readonly stage: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly errorCode?: string;
}

/** Everything one attempt of a step may touch besides its own services. */
export interface StepContext<Name extends HandlerName> {
  readonly accountId: string;
  readonly jobId: string;
  readonly stepId: string;
  /** From 1. */
  readonly attempt: number;
  readonly input: StepCatalog[Name]['input'];
  readonly children: readonly ChildStep[];
  /** Aborts on cancel, lost lock, time-out and the end of a shutdown's grace. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Whole steps show as done by themselves; this is for the inside of a long one. `done` of `total`. */
  readonly reportProgress: (done: number, total: number) => Promise<void>;
  /** The last saved stage, or undefined on a step that has none. */
  readonly stage: StageRecord | undefined;
  /** Guarded by the fencing token: throws when this attempt has been superseded. */
  readonly saveStage: (record: StageRecord, timing: StageTiming) => Promise<void>;
  /**
   * Runs work that takes about so many bytes beside what is small, once the process has them to give. Waiting for them does not
   * count towards the step's time limit. `onWait` is called when they are not free at once: let go of what can be had again.
   */
  readonly withMemory: <Result>(
    bytes: number,
    work: () => Promise<Result>,
    onWait?: () => void,
  ) => Promise<Result>;
}

/** Stored bytes that a handler made: the step's completing transaction writes them as asset rows. */
export interface NewAsset {
  readonly assetId: string;
  /** `original` for bytes that were fetched; those that were uploaded have their row already. */
  readonly role: 'original' | 'normalised' | 'thumbnail' | 'generated' | 'document';
  readonly storageKey: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width?: number;
  readonly height?: number;
}

/** A version of a learning plan, by the ids of the assets that hold it. They are asset rows by the time that the step has succeeded. */
export interface NewPlanVersion {
  readonly document: string;
  readonly plan: string;
  readonly markdown: string;
  readonly calendar: string;
  readonly pages: number;
  readonly sources: readonly PlanSource[];
}

export interface StepResult<Name extends HandlerName> {
  readonly output: StepCatalog[Name]['output'];
  readonly assets: readonly NewAsset[];
  /** There was nothing to do for it: its credits come back with the job's end. */
  readonly free?: boolean | undefined;
  /** Recorded with the success, once for each job: of a root step only. */
  readonly planVersion?: NewPlanVersion | undefined;
}

/**
 * Asks for more children instead of a result: the step goes back, and is run again once all of them have ended. What each costs is
 * taken from the step's reserve. Ask only for what `children` lacks: after a retry a step finds those of its earlier runs there.
 */
export interface StepExpansion {
  readonly expand: readonly StepPlan[];
}

/** Only handlers that the catalog marks with `expands` may ask for more steps. */
export type StepOutcome<Name extends HandlerName> =
  | StepResult<Name>
  | (StepCatalog[Name] extends { readonly expands: true } ? StepExpansion : never);

/** Does one attempt of one step. Throwing is failing; the error registry decides what happens next. */
export type StepHandler<Name extends HandlerName> = (
  context: StepContext<Name>,
) => Promise<StepOutcome<Name>>;

/** All handlers of one worker type: leaving one out does not compile. */
export type StepHandlers<Worker extends WorkerType> = {
  readonly [Name in HandlerNameOf<Worker>]: StepHandler<Name>;
};
