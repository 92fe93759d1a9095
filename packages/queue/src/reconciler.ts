/**
 * The record is kept, the queue is disposable: this finds what the record waits for and the queue does not know, and has it
 * rebuilt. It is what makes a flushed, replaced or half-restored queue a delay and not a loss.
 *
 * A job is looked at when it has been quiet for a while. It is lost when the queue lacks a step that it must hold (one
 * that can run now, or the root), twice in a row with nothing happening in between: a step is in no queue at all for
 * the moment between its two writes, the record's and the queue's.
 */
import { type ExpectedStep, type Log, type QuietJob, type ReconcileStore, reach } from '@pressroom/domain';
import type { QueueBackend } from './backend.ts';
import { queueJobId } from './flow.ts';

export interface ReconcilerOptions {
  readonly store: ReconcileStore;
  readonly queues: Pick<QueueBackend, 'queue'>;
  /** Milliseconds without an event after which a job counts as quiet. */
  readonly quietMs: number;
  readonly log: Log;
  /** Told of each job that the dispatcher has to build anew. */
  readonly onReopened: (jobId: string) => void;
}

/** The jobs that lacked a step in the pass before, with the event that was their last one then. */
export type Suspects = Readonly<Record<string, number>>;

export interface ReconcilePass {
  /** Jobs that lack a step now. */
  readonly missing: number;
  readonly reopened: number;
  /** For the next pass, whoever does it. */
  readonly suspects: Suspects;
}

const jobsPerPage = 50;
/** Drawn anew in each pass, so that a partly lost flow of hundreds of steps is found within a few. */
const stepsPerJob = 20;

/** In these states a job of the queue still comes to a worker by itself. */
const alive: ReadonlySet<string> = new Set([
  'waiting',
  'prioritized',
  'delayed',
  'active',
  'waiting-children',
]);

/** One pass over all quiet jobs. Throws when record or queue do not answer: that proves nothing lost. */
export async function reconcile(
  options: ReconcilerOptions,
  suspects: Suspects,
  signal: AbortSignal,
): Promise<ReconcilePass> {
  const { store, queues, log } = options;
  const found: Record<string, number> = {};
  let missing = 0;
  let reopened = 0;
  for (let after = '', full = true; full; ) {
    signal.throwIfAborted();
    const jobs = await store.quietJobs({
      quietMs: options.quietMs,
      limit: jobsPerPage,
      afterJobId: after,
      stepsPerJob,
    });
    for (const job of jobs) {
      after = job.jobId;
      const lost = await firstMissing(queues, job);
      if (lost === undefined) continue;
      missing += 1;
      if (suspects[job.jobId] !== job.lastEventSequence) found[job.jobId] = job.lastEventSequence;
      else if (await store.reopen(job)) {
        reopened += 1;
        log.warn(
          { jobId: job.jobId, stepId: lost.stepId, generation: job.generation },
          'The queue has lost a flow; it is built anew',
        );
        await reach('reconcile.reopened');
        options.onReopened(job.jobId);
      }
    }
    full = jobs.length === jobsPerPage;
  }
  return { missing, reopened, suspects: found };
}

async function firstMissing(
  queues: Pick<QueueBackend, 'queue'>,
  job: QuietJob,
): Promise<ExpectedStep | undefined> {
  const states = await Promise.all(
    job.expected.map(({ worker, stepId, generation }) =>
      queues.queue(worker).getJobState(queueJobId(stepId, generation)),
    ),
  );
  return job.expected[states.findIndex((state) => !alive.has(state))];
}
