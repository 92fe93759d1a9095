// Keeps the server up while its owner lives. Something else may end it: the kernel short of memory, a person, a defect.
//
//   watching ──dead──▶ restarting ──started──▶ watching
//                          │ limit reached
//                          ▼
//                      given up: the owner is told, and has to end
//
// The limit counts starts within a window, whether they failed or the server died again after them: both are a server that
// cannot be kept up, and trying for ever would hide it.

import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@pressroom/domain';

export interface SupervisedServer {
  /** Asked often: must be cheap. */
  isAlive(): Promise<boolean>;
  /** Starts it where its clients look for it. Rejects when it is not up afterwards. */
  restart(): Promise<void>;
}

export interface RestartLimits {
  /** How often the server is looked at, in milliseconds. */
  readonly pollMs: number;
  /** Starts within the window; one more is not tried. */
  readonly starts: number;
  readonly windowMs: number;
  /** The pause before the second start in the window, in milliseconds; it doubles with every further one. The first has none. */
  readonly pauseMs: number;
}

export const defaultRestartLimits: RestartLimits = {
  pollMs: 500,
  starts: 5,
  windowMs: 600_000,
  pauseMs: 500,
};

export interface SupervisorOptions {
  readonly server: SupervisedServer;
  readonly log: Log;
  /** Called once, with what the last start failed of, if it was that. */
  readonly onGivenUp: (lastFailure: unknown) => void;
  readonly limits?: RestartLimits;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

export type SupervisorState = 'watching' | 'restarting' | 'given-up' | 'stopped';

export interface Supervisor {
  readonly state: SupervisorState;
  /** How often the server was brought back. */
  readonly restarts: number;
  /** Looks no more, and waits for a start that is under way. Safe to call twice. */
  stop(): Promise<void>;
}

export function superviseServer(options: SupervisorOptions): Supervisor {
  const { server, log, limits = defaultRestartLimits, now = () => performance.now() } = options;
  const stopping = new AbortController();
  let state: SupervisorState = 'watching';
  let restarts = 0;
  let starts: number[] = [];

  async function watch(): Promise<void> {
    for (;;) {
      await sleep(limits.pollMs);
      if (await server.isAlive()) continue;
      stopping.signal.throwIfAborted();
      state = 'restarting';
      log.error({}, 'PostgreSQL has died; it is started again');
      const failure = await bringBack();
      if (failure !== undefined) {
        state = 'given-up';
        options.onGivenUp(failure.cause);
        return;
      }
      restarts += 1;
      state = 'watching';
      log.warn({ restarts }, 'PostgreSQL is up again');
    }
  }

  /** Undefined once it is up; else what the last start failed of. */
  async function bringBack(): Promise<{ readonly cause: unknown } | undefined> {
    let cause: unknown;
    for (;;) {
      starts = starts.filter((at) => now() - at < limits.windowMs);
      if (starts.length >= limits.starts) return { cause };
      if (starts.length > 0) await sleep(limits.pauseMs * 2 ** (starts.length - 1));
      starts.push(now());
      try {
        await server.restart();
        return undefined;
      } catch (error) {
        cause = error;
        stopping.signal.throwIfAborted();
        log.warn(
          { err: error, starts: starts.length, limit: limits.starts },
          'PostgreSQL could not be started',
        );
      }
    }
  }

  /** Does not keep a process alive whose owner has forgotten it. */
  async function sleep(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: stopping.signal, ref: false });
  }

  const watched = watch().catch((error: unknown) => {
    if (stopping.signal.aborted) return;
    state = 'given-up';
    options.onGivenUp(error);
  });
  return {
    get state() {
      return state;
    },
    get restarts() {
      return restarts;
    },
    stop: async () => {
      stopping.abort();
      await watched;
      if (state !== 'given-up') state = 'stopped';
    },
  };
}
