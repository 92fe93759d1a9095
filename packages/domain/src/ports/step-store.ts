import type { ErrorRecord } from '../errors/pressroom-error.ts';
import type { HandlerName } from '../step-catalog.ts';
import type { ChildStep, NewAsset, StageRecord, StageTiming } from '../step-handler.ts';

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
  readonly stage: StageRecord | undefined;
  readonly children: readonly ChildStep[];
  readonly requestId: string | undefined;
}

/**
 * - `claimed`: go on.
 * - `settled`: the step or its job has ended: nothing to do.
 * - `superseded`: the ticket is of an older flow: a newer one carries the step.
 * - `children-unsettled`: the queue ran a parent early: only a fault in the queue can bring this about.
 */
export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly step: ClaimedStep }
  | { readonly kind: 'settled' }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'children-unsettled' };

export type ReleaseReason = 'shutdown' | 'throttled' | 'retry';

export interface StepCompletion {
  readonly output: object;
  readonly assets: readonly NewAsset[];
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
  release(lease: StepLease, reason: ReleaseReason, error?: ErrorRecord): Promise<boolean>;
  /** Writes output and assets; the root step's success settles the job in the same transaction. */
  succeed(lease: StepLease, completion: StepCompletion): Promise<boolean>;
  /** Gives the step up for good; by the job's policy this ends the job or leaves the item out. */
  fail(lease: StepLease, error: ErrorRecord): Promise<boolean>;
  /** Gives up a step that no worker holds any more, because the queue has stopped delivering it. */
  abandon(ticket: StepTicket, error: ErrorRecord): Promise<boolean>;
  /** Those of `leases` that were lost: cancelled, settled, or claimed by another worker. */
  lost(leases: readonly StepLease[]): Promise<readonly StepLease[]>;
}
