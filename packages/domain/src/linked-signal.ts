/**
 * Signals from signals. `AbortSignal.any` is banned: on Node 20 and 22 a signal made by it from an `AbortSignal.timeout` is collected
 * while a `fetch` or a child process waits for it, and neither the timeout nor the other source ends that work any more.
 */
export interface LinkedSignal {
  /** Aborts with the reason of the first of its sources that does. */
  readonly signal: AbortSignal;
  /** Lets go of the sources: one that outlives the work would otherwise keep every step that ever ran reachable. */
  release(): void;
}

export interface LimitedSignal extends LinkedSignal {
  /** True when it was the time that ended the work, and not the source. */
  readonly timedOut: boolean;
}

/** One signal from several; sources that are undefined are left out. */
export function linkSignals(...sources: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  const release = () => {
    for (const each of releases.splice(0)) each();
  };
  for (const source of sources) {
    if (source === undefined) continue;
    if (source.aborted) {
      controller.abort(source.reason);
      break;
    }
    const abort = () => {
      release();
      controller.abort(source.reason);
    };
    source.addEventListener('abort', abort, { once: true });
    releases.push(() => source.removeEventListener('abort', abort));
  }
  if (controller.signal.aborted) release();
  return { signal: controller.signal, release };
}

/** Follows the source, and aborts with a `TimeoutError` after so many milliseconds, unless it was released before. */
export function limitSignal(source: AbortSignal, ms: number): LimitedSignal {
  const time = new AbortController();
  // The timer holds what it aborts; a process that has nothing else to do may end before it.
  const timer = setTimeout(() => {
    time.abort(new DOMException(`It took longer than ${ms} ms`, 'TimeoutError'));
  }, ms);
  timer.unref();
  const linked = linkSignals(source, time.signal);
  return {
    signal: linked.signal,
    get timedOut() {
      return linked.signal.aborted && linked.signal.reason === time.signal.reason;
    },
    release: () => {
      clearTimeout(timer);
      linked.release();
    },
  };
}
