import type { HandlerName, WorkerType } from '../step-catalog.ts';

/** An unfinished step of an admitted job, as the flow builder needs it. */
export interface DispatchStep {
  readonly stepId: string;
  readonly parentId: string | undefined;
  readonly key: string;
  readonly handler: HandlerName;
  readonly worker: WorkerType;
}

/** A job whose flow has to be put into the queue now. */
export interface Dispatch {
  readonly jobId: string;
  readonly accountId: string;
  readonly generation: number;
  readonly priority: number;
  readonly createdAt: Date;
  /** Credits of virtual time between the beginning of its priority's order in the queue and its key: less goes first there. */
  readonly queuePlace: number;
  /** Milliseconds that it waited; undefined for a job whose flow is built again. */
  readonly waitedMs: number | undefined;
  /** Unfinished steps only, children before parents: finished ones are not run again. */
  readonly steps: readonly DispatchStep[];
}

export interface DispatchLimits {
  /** Flows of unsettled jobs in the queue at once, over all dispatchers. */
  readonly windowFlows: number;
  /** The same for one account: what it has beyond waits, and the jobs of others pass. */
  readonly accountWindowFlows: number;
  /** At most this many jobs in one claim. */
  readonly batch: number;
  /** Milliseconds after which another dispatcher takes a claimed job that was not confirmed. */
  readonly leaseMs: number;
}

/** How the order of waiting jobs stands. */
export interface DispatchState {
  /** Jobs that wait, by priority, each counted up to `countedUpTo`. */
  readonly waiting: readonly {
    readonly priority: number;
    readonly jobs: number;
    /** Credits of virtual time by which the head of the lane that is furthest behind trails what has been served. */
    readonly lag: number;
  }[];
  readonly countedUpTo: number;
  /** Seconds that the job which has waited longest has waited: of the jobs at the heads of their lanes. */
  readonly oldestSeconds: number;
  /** Flows in the queue, and of the account that has most of them there. */
  readonly windowFlows: number;
  readonly fullestAccountFlows: number;
  /** Jobs admitted with an estimate, and how many of them within its half and its nine tenths figure; since ever. */
  readonly estimates: number;
  readonly withinHalf: number;
  readonly withinMost: number;
}

/** The record of jobs, as the dispatcher needs it. Several dispatchers may call it at once. */
export interface DispatchStore {
  /** Claims jobs to enqueue: queued ones that the window admits, and admitted ones whose dispatcher died before it confirmed. */
  claim(limits: DispatchLimits): Promise<readonly Dispatch[]>;
  /** Confirms that the flow of this generation is in the queue. */
  confirm(jobId: string, generation: number): Promise<void>;
  /** Lets the next sweep take the job at once, after the queue refused the flow. */
  giveBack(jobId: string, generation: number): Promise<void>;
  /** Milliseconds until a delay or a deadline is over, by the record's clock; undefined when there is none ahead. */
  untilNextDue(): Promise<number | undefined>;
  /** Cancels jobs that are past their deadline, at most `limit`, each in a transaction of its own. Returns their ids. */
  expire(limit: number): Promise<readonly string[]>;
  /** Bounded whatever waits: for metrics. */
  state(): Promise<DispatchState>;
}
