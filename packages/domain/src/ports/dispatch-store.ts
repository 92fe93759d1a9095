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
  /** Unfinished steps only, children before parents: finished ones are not run again. */
  readonly steps: readonly DispatchStep[];
}

export interface DispatchLimits {
  /** Flows of unsettled jobs in the queue at once, over all dispatchers. */
  readonly windowFlows: number;
  /** At most this many jobs in one claim. */
  readonly batch: number;
  /** Milliseconds after which another dispatcher takes a claimed job that was not confirmed. */
  readonly leaseMs: number;
}

/** The record of jobs, as the dispatcher needs it. Several dispatchers may call it at once. */
export interface DispatchStore {
  /** Claims jobs to enqueue: queued ones that the window admits, and admitted ones whose dispatcher died before it confirmed. */
  claim(limits: DispatchLimits): Promise<readonly Dispatch[]>;
  /** Confirms that the flow of this generation is in the queue. */
  confirm(jobId: string, generation: number): Promise<void>;
  /** Lets the next sweep take the job at once, after the queue refused the flow. */
  giveBack(jobId: string, generation: number): Promise<void>;
}
