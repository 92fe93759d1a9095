/**
 * What a worker has done since its process started. An attempt that was handed back, or whose step somebody else had settled, was
 * started and neither completed nor failed.
 */
export interface WorkerStatistics {
  /** Answers of the queue to the worker's fetch loop, with a step or without one. */
  readonly polled: number;
  /** Attempts that were begun. */
  readonly started: number;
  /** Attempts whose result was written into the record. */
  readonly completed: number;
  /** Attempts that ended with an error which counts, whether the step is tried again or not. */
  readonly failed: number;
  /** Attempts that run now. */
  readonly active: number;
}

/**
 * What a worker knows of itself, first of its own fetch loop. A worker can be running and connected and yet take nothing: what counts is that its
 * loop asks its queue and is answered.
 */
export interface CanaryReport extends WorkerStatistics {
  /** `quiet`: no answer for longer than the limit; the worker is not ready, and is being built anew. */
  readonly state: 'up' | 'quiet';
  /** Milliseconds since the queue last answered the loop. */
  readonly quietMs: number;
  /** Times that the worker was built anew because of it, since the process started. */
  readonly rebuilds: number;
}
