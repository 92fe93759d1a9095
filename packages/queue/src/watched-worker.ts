/**
 * A BullMQ worker whose fetch loop can be watched. `isRunning()` only says that the loop has not ended: it may wait for an answer
 * that never comes (taskforcesh/bullmq #4585). What is observed here is each answer of the queue to this very loop, which an
 * idle worker gets every few seconds, since its waits are cut to `fetchPauseMs`.
 */
import type { IQueueBackend, Job, JobJson, JobProgress } from 'bullmq';
import { Worker } from 'bullmq';

export interface FetchLoop {
  /** Milliseconds since the queue last answered the loop, or since a loop that is full last had to ask nothing. */
  readonly quietMs: number;
  /** Times that the queue has answered; 0 when it never has. */
  readonly polled: number;
}

export class WatchedWorker<Data, Backend extends IQueueBackend, Connection>
  extends Worker<Data, unknown, string, Backend, JobProgress, Connection>
  implements FetchLoop
{
  polled = 0;
  /** Longest wait for a job, in milliseconds; longer ones make idle and dead look alike. */
  fetchPauseMs = 5_000;
  #lastSign = performance.now();
  #busy = 0;

  get quietMs(): number {
    return performance.now() - this.#lastSign;
  }

  /** Comes after every fetch that was answered, whether it brought a job or not. */
  protected override nextJobFromJobData(
    data?: JobJson,
    id?: string,
    token?: string,
  ): Promise<Job<Data, unknown, string, JobProgress>> {
    this.polled += 1;
    this.#lastSign = performance.now();
    return super.nextJobFromJobData(data, id, token);
  }

  /** A full worker fetches nothing; that its locks are renewed shows that it is still connected. */
  override async extendJobLocks(ids: string[], tokens: string[], duration: number): Promise<string[]> {
    const lost = await super.extendJobLocks(ids, tokens, duration);
    if (this.#busy >= this.concurrency) this.#lastSign = performance.now();
    return lost;
  }

  protected override async callProcessJob(
    job: Job<Data, unknown, string, JobProgress>,
    token: string,
    signal?: AbortSignal,
  ): Promise<unknown> {
    this.#busy += 1;
    try {
      return await super.callProcessJob(job, token, signal);
    } finally {
      // The loop may have been full for minutes: from now on it has to ask again.
      if (this.#busy >= this.concurrency) this.#lastSign = performance.now();
      this.#busy -= 1;
    }
  }

  protected override getBlockTimeout(blockUntil: number): number {
    return Math.min(super.getBlockTimeout(blockUntil), this.fetchPauseMs / 1_000);
  }
}
