/**
 * Something that runs until it is told to stop. One life: it is started once and stopped once.
 *
 * - `start` may be called again; every call shares the one start.
 * - `stop` may be called again, before `start`, and while `start` is running; it resolves when nothing runs any more.
 * - After `stop`, `start` rejects: build a new service instead.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  /** `reason` is for people: `SIGTERM`, `the database went away`. */
  stop(reason?: string): Promise<void>;
}

export interface ServiceParts {
  /** Called at most once. Cleans up after itself when it throws. The signal aborts when `stop` comes before it is done. */
  readonly start: (signal: AbortSignal) => Promise<void> | void;
  /** Called at most once, and only after `start` succeeded. */
  readonly stop: (reason: string) => Promise<void> | void;
}

/** A service from its two halves, with the contract's guarantees around them. */
export function defineService(name: string, parts: ServiceParts): Service {
  const interruption = new AbortController();
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function runStop(reason: string): Promise<void> {
    interruption.abort(new Error(`${name} was stopped while it started: ${reason}`));
    const started = await starting?.then(
      () => true,
      () => false,
    );
    if (started) await parts.stop(reason);
  }

  return {
    name,
    start() {
      if (stopping !== undefined) return Promise.reject(new Error(`Cannot start ${name}: it was stopped`));
      starting ??= (async () => parts.start(interruption.signal))();
      return starting;
    },
    stop(reason = 'asked to stop') {
      stopping ??= runStop(reason);
      return stopping;
    },
  };
}
