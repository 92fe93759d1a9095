import { setMaxListeners } from 'node:events';
import { type Dispatch, type DispatchLimits, type DispatchStore, type Log, reach } from '@pressroom/domain';
import type { FlowProducer } from 'bullmq';
import { buildFlow, type FlowOptions } from './flow.ts';
import { within } from './within.ts';

/** Milliseconds that a pass under way may take after `stop`. */
const stopGraceMs = 2_000;
/** At least so many milliseconds lie between two looks at what is due: on a busy system each settlement brings a pass. */
const lookPauseMs = 100;
/** Jobs past their deadline that are cancelled at one look. */
const expireBatch = 50;
/** The longest wait that a timer can take. */
const longestTimerMs = 2 ** 31 - 1;

/** What a dispatcher tells about itself, in the words of the metrics. */
export interface DispatchObserver {
  /** A claim has ended, however much it gave. */
  claimed(durationMs: number): void;
  admitted(job: { readonly priority: number; readonly waitedMs: number }): void;
}

/**
 * Flows that one claim takes: enough to keep the queue's round trips in flight, few enough to spread over dispatchers, and so few that a
 * claim, which all others wait for, stays short.
 */
export const claimBatch = 10;

export interface DispatcherOptions {
  readonly store: DispatchStore;
  readonly flows: Pick<FlowProducer, 'add'>;
  /**
   * Throws while the queue is out of reach. Nothing is claimed then: each try would leave another flow behind that a Redis
   * client keeps and adds, all of them, once it is back.
   */
  readonly checkQueue: () => Promise<void>;
  readonly limits: DispatchLimits;
  readonly flowOptions: FlowOptions;
  /** Milliseconds between two looks without a nudge: finds what other processes were told of, and jobs whose dispatcher died. */
  readonly sweepIntervalMs: number;
  readonly log: Log;
  readonly observer?: DispatchObserver;
  /** Told of jobs that were cancelled because their deadline had passed: their steps are of no use in the queue any more. */
  readonly onExpired?: (jobIds: readonly string[]) => void;
}

export interface Dispatcher {
  readonly name: string;
  start(): Promise<void>;
  /** Ends after the pass that is running, within a few seconds also when the queue does not answer it. */
  stop(): Promise<void>;
  /** Something may be there to admit: looks at once. Cheap; call it after every commit that adds or settles a job. */
  readonly nudge: () => void;
}

/**
 * Moves jobs from the record into the queue. One pass at a time; a nudge during a pass makes one more follow. Beside the passes,
 * one timer runs to the next moment at which a delay or a deadline is over. Correctness does not rest on being the only one,
 * on nudges, or on a pass ending: see the store.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, limits, log } = options;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let sweep: NodeJS.Timeout | undefined;
  let alarm: { readonly timer: NodeJS.Timeout; readonly at: number } | undefined;
  let looking: Promise<void> | undefined;
  /** Ends a pass that the queue keeps waiting, at the end. */
  const cut = new AbortController();
  // Each flow of a batch that is on its way to the queue listens, and stops listening: more than ten are no leak.
  setMaxListeners(0, cut.signal);

  async function pass(): Promise<void> {
    for (let full = true; full && !stopped; ) {
      await within(limits.leaseMs / 2, options.checkQueue(), cut.signal);
      const dispatches = await claim();
      const taken = await Promise.all(dispatches.map(enqueue));
      // What the queue refused was given back: claiming on would only spin until the queue is well again.
      full = dispatches.length === limits.batch && taken.every(Boolean);
    }
  }

  async function claim(): Promise<readonly Dispatch[]> {
    const begun = performance.now();
    const dispatches = await store.claim(limits);
    options.observer?.claimed(performance.now() - begun);
    for (const { priority, waitedMs } of dispatches) {
      if (waitedMs !== undefined) options.observer?.admitted({ priority, waitedMs });
    }
    return dispatches;
  }

  /** False when the queue refused. */
  async function enqueue(dispatch: Dispatch): Promise<boolean> {
    const { jobId, generation } = dispatch;
    const flow = buildFlow(dispatch, options.flowOptions);
    if (flow === undefined) {
      log.error({ jobId, generation }, 'A job that has not settled has no unfinished step');
      return true;
    }
    try {
      await reach('dispatch.claimed');
      await within(limits.leaseMs / 2, options.flows.add(flow), cut.signal);
      await reach('dispatch.enqueued');
      await store.confirm(jobId, generation);
      log.debug({ jobId, generation, steps: dispatch.steps.length }, 'The flow is in the queue');
      return true;
    } catch (error) {
      // Whatever the queue did with it: the next sweep builds the flow anew, under a generation that outdates this one.
      log.warn({ jobId, generation, err: error }, 'The queue did not take the flow; it is offered again');
      await store.giveBack(jobId, generation).catch(() => {});
      return false;
    }
  }

  async function run(): Promise<void> {
    while (again && !stopped) {
      again = false;
      try {
        await pass();
      } catch (error) {
        log.warn({ err: error }, 'A pass of the dispatcher failed; the next sweep goes on');
      }
    }
    running = undefined;
    // A submission that brought the pass may be due before everything that was known.
    arm(lookPauseMs);
  }

  /** Looks within so many milliseconds, or earlier when it would have. */
  function arm(milliseconds: number): void {
    const at = performance.now() + Math.min(milliseconds, longestTimerMs);
    if (stopped || (alarm !== undefined && alarm.at <= at)) return;
    clearTimeout(alarm?.timer);
    const ring = (): void => {
      alarm = undefined;
      looking ??= look();
    };
    alarm = { at, timer: setTimeout(ring, at - performance.now()) };
  }

  async function look(): Promise<void> {
    try {
      const dueMs = await store.untilNextDue();
      if (dueMs !== undefined && dueMs > 0) arm(dueMs);
      if (dueMs !== undefined && dueMs <= 0) {
        const expired = await store.expire(expireBatch);
        if (expired.length > 0) {
          log.info({ jobIds: expired }, 'Jobs past their deadline were cancelled');
          options.onExpired?.(expired);
        }
        // Delays that are over are for a claim; after its pass comes the next look.
        nudge();
      }
    } catch (error) {
      log.warn({ err: error }, 'Could not look for delays and deadlines that are over; the next sweep does');
    }
    looking = undefined;
  }

  function nudge(): void {
    if (stopped) return;
    again = true;
    running ??= run();
  }

  return {
    name: 'dispatcher',
    nudge,
    start: () => {
      stopped = false;
      sweep = setInterval(() => {
        nudge();
        // Deadlines count also while a pass waits for a queue that is out of reach.
        arm(lookPauseMs);
      }, options.sweepIntervalMs);
      nudge();
      return Promise.resolve();
    },
    stop: async () => {
      stopped = true;
      clearInterval(sweep);
      clearTimeout(alarm?.timer);
      const timer = setTimeout(() => cut.abort(), stopGraceMs);
      await Promise.all([running, looking]);
      clearTimeout(timer);
    },
  };
}
