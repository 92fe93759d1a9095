import type { Log } from '@pressroom/domain';

/** Plain data that a task leaves to its next run. */
export type TaskMemory = Readonly<Record<string, unknown>>;

export interface TaskContext {
  /** Aborts when the run's time is over or the process stops. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** What the run before has left, whichever process it was in. */
  readonly memory: TaskMemory | undefined;
}

export interface TaskReport {
  /** What was amiss or due. */
  readonly found: number;
  /** What of it was mended or removed. */
  readonly fixed: number;
  readonly memory?: TaskMemory;
}

/** Something to be done from time to time, by one process of all, in bounded pieces: what is left is done the next time. */
export interface MaintenanceTask {
  /** In the record, the schedule, the log and the metrics: lower case with dashes. */
  readonly name: string;
  readonly everyMs: number;
  /** Milliseconds that one run may take. */
  readonly limitMs: number;
  run(context: TaskContext): Promise<TaskReport>;
}
