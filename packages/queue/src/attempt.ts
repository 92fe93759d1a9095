/**
 * One delivery of one step, from claim to outcome. Knows the record and the handlers, not the queue: what the queue has to do
 * about the outcome is decided in `step-worker.ts`, the only file that speaks BullMQ's control errors.
 */
import {
  type ClaimedStep,
  checkExpansion,
  type DispatchStep,
  decideRetry,
  type HandlerName,
  handlerTimeoutSeconds,
  type Log,
  type MemoryBudget,
  PressroomError,
  type RetryPolicy,
  reach,
  type StepContext,
  type StepExpansion,
  type StepHandler,
  type StepLease,
  type StepLogLine,
  type StepResult,
  type StepStore,
  type StepTicket,
  toErrorRecord,
  toPressroomError,
} from '@pressroom/domain';

/** Why a running attempt is told to stop. The reason of its abort signal. */
export class AttemptAborted extends Error {
  readonly why: 'shutdown' | 'lease-lost' | 'time-out';
  constructor(why: AttemptAborted['why']) {
    super(`The attempt was stopped: ${why}`);
    this.name = 'AbortError';
    this.why = why;
  }
}

/**
 * - `done`: the step succeeded, now or before.
 * - `moot`: there is nothing to do: the step or its job has ended, or a newer flow carries it.
 * - `retry`, `wait`: deliver it again after the delay; only `retry` counts as a failed attempt.
 * - `expanded`: it waits for these steps below it, which the queue may not have yet; then deliver it again.
 * - `handed-back`: this process is stopping; deliver it to another one at once.
 * - `gave-up`: it failed for good, and the record says so.
 */
export type AttemptOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'moot'; readonly why: 'settled' | 'superseded' | 'lease-lost' }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly error: PressroomError }
  | { readonly kind: 'wait'; readonly delayMs: number; readonly error: PressroomError }
  | { readonly kind: 'expanded'; readonly children: readonly DispatchStep[] }
  | { readonly kind: 'handed-back' }
  | { readonly kind: 'gave-up'; readonly error: PressroomError };

export type RecordLog = (log: Log) => { readonly log: Log; lines(): readonly StepLogLine[] };

export interface AttemptEnvironment {
  readonly store: StepStore;
  readonly handlers: Readonly<Partial<{ [Name in HandlerName]: StepHandler<Name> }>>;
  readonly policy: RetryPolicy;
  readonly workerId: string;
  readonly log: Log;
  /** A log that passes everything on and remembers its last lines. */
  readonly recordLog: RecordLog;
  /** In [0, 1). */
  readonly random: () => number;
  /** Called while the attempt holds the step; the caller aborts `controller` when it must stop. */
  readonly onLease: (lease: StepLease, controller: AbortController) => () => void;
  readonly onClaimed?: (step: ClaimedStep) => void;
  /** Shown beside the queue's own job; best effort. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Absent: memory is taken without asking. */
  readonly memory?: MemoryBudget | undefined;
}

export async function runAttempt(
  ticket: StepTicket,
  environment: AttemptEnvironment,
): Promise<AttemptOutcome> {
  const { store, policy, random } = environment;
  const claim = await store.claim(ticket, environment.workerId);
  switch (claim.kind) {
    case 'settled':
    case 'superseded':
      return { kind: 'moot', why: claim.kind };
    case 'children-unsettled':
      return { kind: 'expanded', children: claim.unsettled };
    case 'claimed':
      break;
  }
  const { step } = claim;
  environment.onClaimed?.(step);
  const controller = new AbortController();
  const release = environment.onLease(step, controller);
  const recorded = environment.recordLog(
    environment.log.child({
      requestId: step.requestId,
      jobId: step.jobId,
      stepId: step.stepId,
      handler: step.handler,
      attempt: step.attempts + 1,
    }),
  );
  const { log } = recorded;
  /** Whoever holds it now goes on from what is kept of it: nothing of it may be touched any more. */
  const notHeld = (): AttemptOutcome => {
    log.info({}, 'The step is not held any more: what this attempt made of it does not count');
    return { kind: 'moot', why: 'lease-lost' };
  };
  const giveUp = async (error: PressroomError): Promise<AttemptOutcome> => {
    log.error({ err: error }, 'The step failed for good');
    if (!(await store.fail(step, toErrorRecord(error), recorded.lines()))) return notHeld();
    await reach('step.failed');
    return { kind: 'gave-up', error };
  };
  const limit = startTimeLimit(handlerTimeoutSeconds[step.handler] * 1_000, () =>
    controller.abort(new AttemptAborted('time-out')),
  );
  try {
    await reach('step.claimed');
    if (step.losses > policy.losses) return await giveUp(tooManyLosses(step));
    const result = await callHandler(step, environment, controller.signal, log, limit);
    if ('expand' in result) {
      checkExpansion(
        result.expand,
        step.children.map(({ key }) => key),
      );
      const children = await store.expand(step, result.expand);
      if (children === undefined) return { kind: 'moot', why: 'lease-lost' };
      await reach('step.expanded');
      log.info({ steps: children.length }, 'The step waits for more steps');
      return { kind: 'expanded', children };
    }
    if (await store.succeed(step, result)) {
      await reach('step.succeeded');
      return { kind: 'done' };
    }
    return notHeld();
  } catch (thrown) {
    const error = classify(thrown, step, controller.signal);
    if (error === 'shutdown') {
      await store.release(step, { reason: 'shutdown' });
      return { kind: 'handed-back' };
    }
    if (error === 'lease-lost') {
      log.info({}, 'The attempt was stopped: the step is not held any more');
      return { kind: 'moot', why: 'lease-lost' };
    }
    // The record itself was out of reach: nothing can be written about it now, and the step has not failed.
    if (error.code === 'database-unavailable') throw error;
    const decision = decideRetry(error, step, policy, random());
    switch (decision.kind) {
      case 'wait':
        log.info({ code: error.code, delayMs: decision.delayMs }, 'The step waits, as it was asked to');
        await store.release(step, {
          reason: 'throttled',
          error: toErrorRecord(error),
          delayMs: decision.delayMs,
        });
        return { ...decision, error };
      case 'retry':
        log.warn({ err: error, delayMs: decision.delayMs }, 'The attempt failed and is tried again');
        await store.release(step, {
          reason: 'retry',
          error: toErrorRecord(error),
          delayMs: decision.delayMs,
        });
        await reach('step.released');
        return { ...decision, error };
      case 'give-up':
        return await giveUp(decision.error);
    }
  } finally {
    limit.pause();
    release();
  }
}

/** Whatever it is about the step that its processes do not survive, the next one would not either. */
function tooManyLosses({ losses }: ClaimedStep): PressroomError {
  return new PressroomError('worker-lost', `The step has lost the process that ran it ${losses} times`, {
    facts: { losses },
  });
}

async function callHandler(
  step: ClaimedStep,
  environment: AttemptEnvironment,
  signal: AbortSignal,
  log: Log,
  limit: TimeLimit,
): Promise<StepResult<HandlerName> | StepExpansion> {
  const { store, memory } = environment;
  // The catalog's types hold for what this process wrote and read through the record, not for what the compiler can see here.
  const handler = environment.handlers[step.handler] as StepHandler<HandlerName> | undefined;
  if (handler === undefined) {
    throw new PressroomError('internal', `This worker has no handler for '${step.handler}'`);
  }
  const keep = (held: boolean): void => {
    if (!held) throw new AttemptAborted('lease-lost');
  };
  const context: StepContext<HandlerName> = {
    accountId: step.accountId,
    jobId: step.jobId,
    stepId: step.stepId,
    attempt: step.attempts + 1,
    input: step.input as StepContext<HandlerName>['input'],
    children: step.children,
    signal,
    log,
    stage: step.stage,
    reportProgress: async (done, total) => {
      environment.onProgress?.(done, total);
      keep(await store.saveProgress(step, done, total));
    },
    saveStage: async (record, timing) => keep(await store.saveStage(step, record, timing)),
    withMemory: async (bytes, work, onWait) => {
      if (memory === undefined) return await work();
      const waits = (): void => {
        limit.pause();
        log.info({ bytes }, 'The step waits for memory');
        onWait?.();
      };
      const giveBack = await memory.acquire(bytes, { signal, onWait: waits });
      try {
        signal.throwIfAborted();
        limit.resume();
        return await work();
      } finally {
        giveBack();
      }
    },
  };
  return await handler(context);
}

interface TimeLimit {
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Runs out after so many milliseconds in which it was not paused. */
function startTimeLimit(milliseconds: number, onOver: () => void): TimeLimit {
  let left = milliseconds;
  let since = performance.now();
  let timer: NodeJS.Timeout | undefined = setTimeout(onOver, left);
  return {
    pause: () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left = Math.max(0, left - (performance.now() - since));
    },
    resume: () => {
      if (timer !== undefined) return;
      since = performance.now();
      timer = setTimeout(onOver, left);
    },
  };
}

/** The error to decide about, or why there is none. What our own signal caused is told by the signal, not by what it broke. */
function classify(
  thrown: unknown,
  step: ClaimedStep,
  signal: AbortSignal,
): PressroomError | 'shutdown' | 'lease-lost' {
  const reason: unknown = signal.aborted ? signal.reason : thrown;
  if (reason instanceof AttemptAborted) {
    if (reason.why !== 'time-out') return reason.why;
    const seconds = handlerTimeoutSeconds[step.handler];
    return new PressroomError('step-timeout', `'${step.handler}' did not end within ${seconds} seconds`, {
      cause: thrown,
    });
  }
  return toPressroomError(thrown);
}
