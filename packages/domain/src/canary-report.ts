/**
 * What a worker knows of its own fetch loop. A worker can be running and connected and yet take nothing: what counts is that its
 * loop asks its queue and is answered.
 */
export interface CanaryReport {
  /** `quiet`: no answer for longer than the limit; the worker is not ready, and is being built anew. */
  readonly state: 'up' | 'quiet';
  /** Milliseconds since the queue last answered the loop. */
  readonly quietMs: number;
  /** Times that the worker was built anew because of it, since the process started. */
  readonly rebuilds: number;
  /** Steps that run now. */
  readonly active: number;
}
