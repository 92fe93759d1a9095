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
import type { Dispatcher } from './dispatcher.ts';
import { queueJobId } from './flow.ts';

export interface ReconcilerOptions {
  readonly store: ReconcileStore;
  readonly queues: Pick<QueueBackend, 'queue'>;
  readonly dispatcher: Pick<Dispatcher, 'nudge'>;
  /** Milliseconds between two passes; a job counts as quiet after as long. A loss is mended after two to three of them. */
  readonly intervalMs: number;
  readonly log: Log;
}

export interface Reconciler {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
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

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { store, queues, log } = options;
  /** The jobs that lacked a step in the pass before, with the event that was their last one then. */
  let suspects = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = true;

  async function pass(): Promise<void> {
    const found = new Map<string, number>();
    let reopened = 0;
    for (let after = '', full = true; full && !stopped; ) {
      const jobs = await store.quietJobs({
        quietMs: options.intervalMs,
        limit: jobsPerPage,
        afterJobId: after,
        stepsPerJob,
      });
      for (const job of jobs) {
        after = job.jobId;
        const missing = await firstMissing(job);
        if (missing === undefined) continue;
        if (suspects.get(job.jobId) !== job.lastEventSequence) found.set(job.jobId, job.lastEventSequence);
        else if (await store.reopen(job)) {
          reopened += 1;
          log.warn(
            { jobId: job.jobId, stepId: missing.stepId, generation: job.generation },
            'The queue has lost a flow; it is built anew',
          );
        }
      }
      full = jobs.length === jobsPerPage;
    }
    suspects = found;
    if (reopened === 0) return;
    await reach('reconcile.reopened');
    options.dispatcher.nudge();
  }

  async function firstMissing(job: QuietJob): Promise<ExpectedStep | undefined> {
    const states = await Promise.all(
      job.expected.map(({ worker, stepId, generation }) =>
        queues.queue(worker).getJobState(queueJobId(stepId, generation)),
      ),
    );
    return job.expected[states.findIndex((state) => !alive.has(state))];
  }

  async function guardedPass(): Promise<void> {
    try {
      await pass();
    } catch (error) {
      // A queue or a record that does not answer proves nothing lost.
      suspects = new Map();
      log.warn({ err: error }, 'A pass of the reconciler failed; the next one goes on');
    }
    running = undefined;
    if (!stopped) timer = setTimeout(begin, options.intervalMs);
  }

  function begin(): void {
    running = guardedPass();
  }

  return {
    name: 'reconciler',
    start: () => {
      stopped = false;
      begin();
      return Promise.resolve();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
