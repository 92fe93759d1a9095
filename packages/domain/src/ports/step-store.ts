import type { ErrorCode } from '../errors/error-registry.ts';
import type { ErrorRecord } from '../errors/pressroom-error.ts';
import type { StepPlan } from '../recipes/recipe.ts';
import type { HandlerName } from '../step-catalog.ts';
import type { ChildStep, NewAsset, NewPlanVersion, StageRecord, StageTiming } from '../step-handler.ts';
import type { DispatchStep } from './dispatch-store.ts';

/** What a queue payload holds: ids and a number, never data. */
export interface StepTicket {
  readonly stepId: string;
  readonly jobId: string;
  /** Of the flow that carries it. An older one than the step's own means that the flow was rebuilt since. */
  readonly generation: number;
}

/** The right to write to a step until someone else claims it. */
export interface StepLease {
  readonly stepId: string;
  readonly jobId: string;
  /** The fencing token: every write names it, and a write with an old one changes nothing. */
  readonly fence: number;
}

export interface ClaimedStep extends StepLease {
  readonly accountId: string;
  readonly handler: HandlerName;
  readonly input: unknown;
  readonly itemIndex: number | undefined;
  /** Attempts that failed before this one and count. */
  readonly attempts: number;
  /** How often a process that ran the step was lost, this claim included when it takes the step over from one. */
  readonly losses: number;
  /** Milliseconds that throttling providers have made it wait so far. */
  readonly throttledMs: number;
  readonly stage: StageRecord | undefined;
  readonly children: readonly ChildStep[];
  readonly requestId: string | undefined;
}

/**
 * - `claimed`: go on.
 * - `settled`: the step or its job has ended: nothing to do.
 * - `superseded`: the ticket is of an older flow: a newer one carries the step.
 * - `children-unsettled`: steps below it have not ended. Its expansion was recorded and did not get into the queue, or a fault in
 *   the queue ran it early. Without steps when it never ran: then its flow has to be built anew, not added to.
 */
export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly step: ClaimedStep }
  | { readonly kind: 'settled' }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'children-unsettled'; readonly unsettled: readonly DispatchStep[] };

export type ReleaseReason = 'shutdown' | 'throttled' | 'retry';

/** Why a step goes back unfinished, and when it is tried again. */
export interface Release {
  readonly reason: ReleaseReason;
  readonly error?: ErrorRecord;
  /** Milliseconds until the next try; 0 when absent. Those of a throttled wait are added up. */
  readonly delayMs?: number;
}

/** A line that a step's attempt logged, kept with its dead letter. */
export interface StepLogLine {
  readonly at: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Without secrets, and cut to a few kilobytes. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * One thing that went wrong with a step, as the record keeps it.
 * - `retried`: an attempt failed, and another one follows.
 * - `throttled`: it was asked to wait.
 * - `lost`: the process that ran it was lost.
 * - `gave-up`: it failed for good.
 */
export interface StepFailure {
  readonly kind: 'retried' | 'throttled' | 'lost' | 'gave-up';
  readonly round: number;
  /** From 1. */
  readonly attempt: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** The process that ran it; null when none did. */
  readonly worker: string | null;
  readonly at: string;
  /** When it is tried again. */
  readonly retryAt?: string;
  /** How often the same wait was imposed, where that is more than once. */
  readonly times?: number;
}

export interface StepCompletion {
  readonly output: object;
  readonly assets: readonly NewAsset[];
  readonly free?: boolean | undefined;
  readonly planVersion?: NewPlanVersion | undefined;
}

/**
 * The record of steps, as workers need it. Every write is guarded by the lease; `false` says that the lease is lost, and
 * nothing was changed. Exactly-once effects over at-least-once delivery rest on this.
 */
export interface StepStore {
  claim(ticket: StepTicket, workerId: string): Promise<ClaimOutcome>;
  saveStage(lease: StepLease, record: StageRecord, timing: StageTiming): Promise<boolean>;
  saveProgress(lease: StepLease, done: number, total: number): Promise<boolean>;
  /** Hands the step back. `retry` counts an attempt; the other reasons do not. */
  release(lease: StepLease, release: Release): Promise<boolean>;
  /**
   * Hands the step back with more steps below it, all in one transaction; what they cost moves from its reserve to them. Undefined when
   * the lease is lost, or is of a flow that was rebuilt since.
   *
   * @throws PressroomError `internal` when its reserve does not suffice
   */
  expand(lease: StepLease, plans: readonly StepPlan[]): Promise<readonly DispatchStep[] | undefined>;
  /**
   * Writes output and assets; the root step's success settles the job, and records the version of a plan that it made, in the same
   * transaction.
   *
   * @throws PressroomError `regeneration-conflict` when the version is there already
   */
  succeed(lease: StepLease, completion: StepCompletion): Promise<boolean>;
  /** Gives the step up for good, with a dead letter; by the job's policy this ends the job or leaves the item out. */
  fail(lease: StepLease, error: ErrorRecord, logs?: readonly StepLogLine[]): Promise<boolean>;
  /** Gives up a step that no worker holds any more, because the queue has stopped delivering it. */
  abandon(ticket: StepTicket, error: ErrorRecord): Promise<boolean>;
  /** Those of `leases`, the same objects, that were lost: cancelled, settled, or claimed by another worker. */
  lost(leases: readonly StepLease[]): Promise<readonly StepLease[]>;
}
