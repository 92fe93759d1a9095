/**
 * A worker that comes back. It watches the fetch loop of the BullMQ worker that it holds: when the queue has not answered the loop
 * for `limitMs`, the worker is not fit; when the queue answers others meanwhile, the BullMQ worker is given up and another one
 * built, with connections of its own. After `exitMs` without an answer the process is told to end: its supervisor starts one
 * that shares nothing with it.
 *
 *     up ──quiet for limitMs──▶ quiet ──the queue answers a ping──▶ rebuilt ──first answer──▶ up
 *                                 └────quiet for exitMs────▶ onStuck, once
 */
import { type CanaryReport, type Log, PressroomError } from '@pressroom/domain';
import type { Worker } from 'bullmq';
import type { QueueBackend } from './backend.ts';
import type { FetchLoop } from './watched-worker.ts';
import { within } from './within.ts';

export interface CanaryLimits {
  /** Milliseconds without an answer after which the worker is not fit and is built anew. */
  readonly limitMs: number;
  /** Milliseconds without an answer after which the process is told to end. */
  readonly exitMs: number;
}

export interface StandingWorkerOptions<Built extends Worker & FetchLoop> {
  readonly name: string;
  readonly backend: Pick<QueueBackend, 'check' | 'reconnect'>;
  /** Must not start it. */
  readonly build: () => Built;
  readonly limits: CanaryLimits;
  readonly log: Log;
  readonly onStuck: (error: PressroomError) => void;
  /** Told of every rebuild. */
  readonly onRebuild?: () => void;
}

export interface StandingWorker {
  start(): Promise<void>;
  /** Takes no more jobs and waits for those that run, `patienceMs` at most: a queue that is away must not keep the process. */
  stop(patienceMs: number): Promise<void>;
  report(): Pick<CanaryReport, 'state' | 'quietMs' | 'rebuilds' | 'polled'>;
  /** Throws `not-ready` while the queue does not answer the loop. */
  check(): Promise<void>;
}

const looksPerLimit = 10;
/** Milliseconds that the queue has for a ping. */
const pingMs = 2_000;

export function createStandingWorker<Built extends Worker & FetchLoop>(
  options: StandingWorkerOptions<Built>,
): StandingWorker {
  const { name, backend, limits, log } = options;
  let worker: Built | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let stopping = false;
  let stuck = false;
  let rebuilds = 0;
  /** By the workers that were given up. */
  let polledBefore = 0;
  /** When a worker was last known to be heard, over all that were built. */
  let heardAt = performance.now();

  function quietMs(): number {
    if (worker !== undefined && worker.polled > 0)
      heardAt = Math.max(heardAt, performance.now() - worker.quietMs);
    return performance.now() - heardAt;
  }

  function run(built: Built): void {
    built.run().catch((error: unknown) => {
      if (built === worker && !stopping) log.error({ err: error }, `The ${name} has stopped taking jobs`);
    });
  }

  async function look(): Promise<void> {
    const quiet = quietMs();
    if (stopping || looking || worker === undefined || quiet <= limits.limitMs) return;
    if (quiet > limits.exitMs && !stuck) {
      stuck = true;
      const seconds = Math.round(quiet / 1_000);
      const error = new PressroomError(
        'not-ready',
        `The ${name} has not been answered by its queue for ${seconds} s, and building it anew ${rebuilds} times did not help: the process ends, to be started anew`,
      );
      log.error({ err: error, quietMs: quiet, rebuilds }, error.message);
      options.onStuck(error);
      return;
    }
    // One that was just built gets its time.
    if (worker.quietMs <= limits.limitMs) return;
    looking = true;
    try {
      await rebuild(worker, quiet);
    } finally {
      looking = false;
    }
  }

  async function rebuild(old: Built, quiet: number): Promise<void> {
    try {
      await within(pingMs, backend.check());
    } catch (error) {
      // Nothing to connect to, or a connection that went silent: that one is dropped, and the next look asks again.
      log.warn({ err: error, quietMs: quiet }, `The queue does not answer the ${name}, nor a ping`);
      backend.reconnect();
      return;
    }
    if (stopping || worker !== old || old.quietMs <= limits.limitMs) return;
    log.warn(
      { quietMs: quiet },
      `The queue answers, but the ${name} has taken nothing from it for too long: it is built anew`,
    );
    // What it still runs goes on and is written into the record; the queue delivers it again, and finds it done.
    old.close(true).catch(() => {});
    rebuilds += 1;
    polledBefore += old.polled;
    options.onRebuild?.();
    worker = options.build();
    run(worker);
  }

  return {
    start: async () => {
      worker = options.build();
      await worker.waitUntilReady();
      heardAt = performance.now();
      run(worker);
      timer = setInterval(() => void look(), limits.limitMs / looksPerLimit);
    },
    stop: async (patienceMs) => {
      stopping = true;
      clearInterval(timer);
      if (worker === undefined) return;
      const closing = worker.close();
      await within(patienceMs, closing).catch((error: unknown) =>
        log.warn({ err: error }, `The ${name} did not close in time`),
      );
    },
    report: () => {
      const quiet = quietMs();
      const polled = polledBefore + (worker?.polled ?? 0);
      return {
        state: quiet > limits.limitMs ? 'quiet' : 'up',
        quietMs: Math.round(quiet),
        rebuilds,
        polled,
      };
    },
    check: () => {
      const quiet = quietMs();
      if (worker?.isRunning() !== true || stopping) {
        return Promise.reject(new PressroomError('not-ready', `The ${name} is not taking jobs`));
      }
      if (quiet <= limits.limitMs) return Promise.resolve();
      return Promise.reject(
        new PressroomError(
          'not-ready',
          `The ${name} has not been answered by its queue for ${Math.round(quiet / 1_000)} s`,
        ),
      );
    },
  };
}
