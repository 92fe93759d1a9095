/** How long one call may take, in milliseconds. */
export interface AdaptiveTimeout {
  readonly baseMs: number;
  /** Added once, to a call that is producing output at the threshold. */
  readonly extensionMs: number;
  /** After the start of the call; below `baseMs`. */
  readonly thresholdMs: number;
}

export interface RunningTimeout {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  /** The limit that holds now. */
  readonly limitMs: number;
  readonly sawOutput: () => void;
  readonly stop: () => void;
}

/** Output that is older than this at the threshold is no sign of a call that is still producing. */
const freshMs = 5_000;

/** A call that hangs is cut after the base time; one whose answer is coming in at the threshold gets the extension. */
export function startAdaptiveTimeout({ baseMs, extensionMs, thresholdMs }: AdaptiveTimeout): RunningTimeout {
  const controller = new AbortController();
  const cut = (): void => controller.abort(new DOMException('The call took too long', 'TimeoutError'));
  const start = performance.now();
  let limitMs = baseMs;
  let lastOutput: number | undefined;
  let end = setTimeout(cut, baseMs);
  const look = setTimeout(() => {
    if (lastOutput === undefined || performance.now() - lastOutput > freshMs) return;
    limitMs = baseMs + extensionMs;
    clearTimeout(end);
    end = setTimeout(cut, limitMs - (performance.now() - start));
  }, thresholdMs);
  return {
    signal: controller.signal,
    get limitMs() {
      return limitMs;
    },
    sawOutput: () => {
      lastOutput = performance.now();
    },
    stop: () => {
      clearTimeout(look);
      clearTimeout(end);
    },
  };
}
