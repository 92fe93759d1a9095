import type { CanaryReport } from '../canary-report.ts';
import type { ErrorRecord } from '../errors/pressroom-error.ts';
import type { JobStatus } from '../machines/job-machine.ts';
import type { StepStatus } from '../machines/step-machine.ts';
import type { ProviderState } from '../ports/provider-call-store.ts';
import type { StepFailure } from '../ports/step-store.ts';
import type { JobKind } from '../recipes/recipe-catalog.ts';
import type { HandlerName, WorkerType } from '../step-catalog.ts';

/** Everything about one job that tells why it waits, at one moment. */
export interface ExplanationFacts extends RecordFacts {
  readonly queue: QueueFacts;
  readonly limits: ExplanationLimits;
}

/** What the record says. */
export interface RecordFacts {
  /** By the record's clock, as everything else here. */
  readonly now: Date;
  readonly job: JobFacts;
  /** Its place while it waits for its turn. */
  readonly place: { readonly position: number; readonly etaMs: number | undefined } | undefined;
  /** Flows in the queue now, of all accounts and of this one. */
  readonly window: { readonly flows: number; readonly accountFlows: number };
  /** In plan order: children before parents. */
  readonly steps: readonly StepFacts[];
  readonly providers: readonly Pick<ProviderState, 'provider' | 'model' | 'breaker' | 'openUntil'>[];
  /** The parts of processes that have given a sign of life within the last minutes. */
  readonly processes: readonly ProcessFacts[];
  /** Of the ledger, oldest first; captured and refunded are null until the round has settled. */
  readonly rounds: readonly RoundFacts[];
  readonly usage: UsageFacts;
}

export interface JobFacts {
  readonly id: string;
  readonly accountId: string;
  readonly kind: JobKind;
  readonly status: JobStatus;
  readonly generation: number;
  readonly round: number;
  readonly error: ErrorRecord | null;
  readonly createdAt: Date;
  readonly delayUntil: Date | null;
  readonly deadline: Date | null;
  readonly admittedAt: Date | null;
  /** When its flow was confirmed to be in the queue; null while a dispatcher has yet to. */
  readonly enqueuedAt: Date | null;
  readonly enqueueLeaseUntil: Date | null;
  readonly settledAt: Date | null;
}

export interface StepFacts {
  readonly id: string;
  readonly key: string;
  readonly parentId: string | null;
  readonly handler: HandlerName;
  readonly worker: WorkerType;
  readonly status: StepStatus;
  readonly stage: string | null;
  readonly generation: number;
  /** Attempts that failed and count. */
  readonly attempts: number;
  readonly losses: number;
  readonly throttledMs: number;
  readonly retryAt: Date | null;
  /** The process that has it. */
  readonly claimedBy: string | null;
  readonly claimedAt: Date | null;
  readonly error: ErrorRecord | null;
  readonly failures: readonly StepFailure[];
  readonly deadLetterId: string | null;
}

export interface ProcessFacts {
  /** Name, host and process id, as in a step's `claimedBy`. */
  readonly process: string;
  readonly part: WorkerType | 'api' | 'maintenance';
  readonly silentSeconds: number;
  readonly canary: CanaryReport | null;
}

export interface RoundFacts {
  readonly round: number;
  readonly held: number;
  readonly captured: number | null;
  readonly refunded: number | null;
}

export interface UsageFacts {
  readonly made: number;
  readonly offline: number;
  readonly saved: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Where the queue has a step; `missing` when it does not know its id. */
export type QueueState =
  | 'waiting'
  | 'active'
  | 'delayed'
  | 'waiting-children'
  | 'completed'
  | 'failed'
  | 'missing';

/** What the queue says, as far as it was asked and has answered. */
export type QueueFacts =
  | {
      readonly asked: true;
      /** By step id; steps that were not asked for are not in it. */
      readonly states: ReadonlyMap<string, QueueState>;
      readonly paused: ReadonlySet<WorkerType>;
    }
  | { readonly asked: false; readonly problem: string };

/** Settings that the reasons name. */
export interface ExplanationLimits {
  readonly windowFlows: number;
  readonly accountWindowFlows: number;
  /** Attempts that may fail. */
  readonly attempts: number;
  readonly losses: number;
  readonly throttledMs: number;
  /** Seconds without a sign of life after which a part of a process is taken to be gone. */
  readonly aliveSeconds: number;
  /** Seconds within which a step that the queue has lost is found. */
  readonly foundSeconds: number;
}

/** Steps whose place in the queue tells most: those that run or can run, and the root. At most `most`, unfinished ones only. */
export function stepsToLookUp(steps: readonly StepFacts[], most: number): readonly StepFacts[] {
  const unsettled = steps.filter((step) => isUnsettled(step));
  const root = unsettled.filter((step) => step.parentId === null);
  const running = unsettled.filter((step) => step.status === 'running');
  const ready = unsettled.filter((step) => childrenLeft(steps, step) === 0);
  return [...new Set([...root, ...running, ...ready, ...unsettled])].slice(0, most);
}

export function isUnsettled(step: Pick<StepFacts, 'status'>): boolean {
  return step.status === 'pending' || step.status === 'running';
}

/** How many of the steps below it have not ended. */
export function childrenLeft(steps: readonly StepFacts[], parent: Pick<StepFacts, 'id'>): number {
  return steps.filter((step) => step.parentId === parent.id && isUnsettled(step)).length;
}
