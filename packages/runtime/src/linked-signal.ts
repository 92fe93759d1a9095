export interface LinkedSignal {
  /** Aborts with the reason of the first of its sources that does. */
  readonly signal: AbortSignal;
  /**
   * Lets go of the sources. Needed wherever one of them outlives the work: a process-wide signal would otherwise keep
   * every step that ever ran reachable (`AbortSignal.any` has no such call and leaks on Node 20).
   */
  release(): void;
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
