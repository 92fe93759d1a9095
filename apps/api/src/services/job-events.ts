import {
  type Database,
  type EventHintListener,
  findJob,
  type JobEventRow,
  lastJobEvent,
  listJobEvents,
} from '@pressroom/database';
import { endsJob, isSettled } from '@pressroom/domain';

/** Remembers that something happened until it is asked for, so that nothing between two questions is missed. */
class Wakeup {
  readonly #signal: AbortSignal;
  #pending = true;
  #wake: (() => void) | undefined;

  /** The signal wakes too. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.notify);
  }

  readonly notify = (): void => {
    this.#pending = true;
    this.#wake?.();
  };

  async next(): Promise<void> {
    if (!this.#pending && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#pending = false;
  }

  release(): void {
    this.#signal.removeEventListener('abort', this.notify);
  }
}

const batch = 200;

/**
 * A job's events after `after`, in order and without gaps, as they come; ends after the one that settled the job, or with the
 * signal. A job that was retried since goes on after it. The record is read; hints only say when to look.
 */
export async function* followJobEvents(
  database: Database,
  listener: EventHintListener,
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<JobEventRow, void, void> {
  const wakeup = new Wakeup(signal);
  const unsubscribe = listener.subscribe(jobId, wakeup.notify);
  try {
    let last = after;
    for (;;) {
      await wakeup.next();
      for (let full = true; full; ) {
        if (signal.aborted) return;
        const rows = await listJobEvents(database.executor, jobId, last, batch);
        for (const row of rows) {
          yield row;
          last = row.sequence;
          if (endsJob(row.type) && (await isLastEvent(database, jobId, last))) return;
        }
        full = rows.length === batch;
      }
    }
  } finally {
    unsubscribe();
    wakeup.release();
  }
}

/** True when the job has settled by this event, and was not retried since. */
async function isLastEvent(database: Database, jobId: string, sequence: number): Promise<boolean> {
  const end = await lastJobEvent(database.executor, jobId);
  return end?.settled === true && end.sequence === sequence;
}

/** Resolves when the job has settled, or at the latest with the signal. */
export async function waitUntilSettled(
  database: Database,
  listener: EventHintListener,
  job: { readonly accountId: string; readonly jobId: string },
  signal: AbortSignal,
): Promise<void> {
  const wakeup = new Wakeup(signal);
  const unsubscribe = listener.subscribe(job.jobId, wakeup.notify);
  try {
    for (;;) {
      await wakeup.next();
      if (signal.aborted) return;
      const row = await findJob(database.executor, job.accountId, job.jobId);
      if (row === undefined || isSettled(row.status)) return;
    }
  } finally {
    unsubscribe();
    wakeup.release();
  }
}
