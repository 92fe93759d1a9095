import type { WorkerType } from '../step-catalog.ts';

/** A step that the queue must hold, by the record: either it can run now, or it is the root that waits for the others. */
export interface ExpectedStep {
  readonly stepId: string;
  readonly worker: WorkerType;
  readonly generation: number;
}

/** An unfinished job whose flow is said to be in the queue, and of which nothing has been heard for a while. */
export interface QuietJob {
  readonly jobId: string;
  readonly generation: number;
  /** Grows with everything that happens to the job: the same number twice means that nothing happened in between. */
  readonly lastEventSequence: number;
  readonly expected: readonly ExpectedStep[];
}

export interface QuietJobQuery {
  /** Milliseconds without an event. */
  readonly quietMs: number;
  /** At most this many jobs, after the one named: ids sort by time. */
  readonly limit: number;
  readonly afterJobId: string;
  /** At most this many expected steps a job, drawn anew each time. */
  readonly stepsPerJob: number;
}

/** The record of jobs, as the reconciler needs it. */
export interface ReconcileStore {
  /** In the order of their ids. */
  quietJobs(query: QuietJobQuery): Promise<readonly QuietJob[]>;
  /**
   * Says that the flow of this generation is lost: the dispatcher builds it anew, of the unfinished steps only. False, and
   * nothing changed, when anything happened to the job since.
   */
  reopen(job: QuietJob): Promise<boolean>;
}
