import { setTimeout as delay } from 'node:timers/promises';
import {
  type CanaryReport,
  type ClaimedStep,
  type DispatchStep,
  errorCodes,
  type HandlerName,
  isPressroomError,
  type Log,
  type MemoryBudget,
  PressroomError,
  type RetryPolicy,
  reach,
  type StepHandler,
  type StepHandlers,
  type StepLease,
  type StepStore,
  storableText,
  toErrorRecord,
  type WorkerType,
} from '@pressroom/domain';
import { DelayedError, type Job, UnrecoverableError, WaitingChildrenError, WaitingError } from 'bullmq';
import { AttemptAborted, type AttemptOutcome, type RecordLog, runAttempt } from './attempt.ts';
import type { QueueBackend, QueueWorker } from './backend.ts';
import { buildBranches, type FlowOptions, type StepPayload } from './flow.ts';
import { type CanaryLimits, createStandingWorker } from './standing-worker.ts';
import { within } from './within.ts';

export interface StepWorkerOptions<Type extends WorkerType> {
  readonly type: Type;
  readonly backend: QueueBackend;
  readonly store: StepStore;
  readonly handlers: StepHandlers<Type>;
  readonly policy: RetryPolicy;
  /** For steps that are added while their parent runs: the same as the dispatcher's. */
  readonly flowOptions: FlowOptions;
  readonly workerId: string;
  readonly log: Log;
  /** Nothing is kept of the logs of failed steps when absent. */
  readonly recordLog?: RecordLog;
  readonly random: () => number;
  readonly concurrency: number;
  readonly lockMs: number;
  readonly stalledIntervalMs: number;
  readonly maxStalls: number;
  readonly canary: CanaryLimits;
  /** The worker cannot be brought back within the process. */
  readonly onStuck: (error: PressroomError) => void;
  /** How long `stop` lets running steps finish before it hands them back. */
  readonly graceMs: number;
  readonly observer?: StepObserver;
  /** Shared with whatever else this process runs. */
  readonly memory?: MemoryBudget;
  /**
   * Calls the listener with the ids of jobs that have just settled, in whichever process; returns how to stop that. Only a hint:
   * without one, running attempts find out by themselves within `leaseCheckMs`.
   */
  readonly onSettled?: (listener: (jobIds?: readonly string[]) => void) => () => void;
  /** How often running attempts look by themselves whether they still hold their step, in milliseconds; 1,000 when absent. */
  readonly leaseCheckMs?: number;
  /** Called once a step of this worker has failed for good: whatever it kept between its attempts is of no use any more. */
  readonly discardWork?: (stepId: string) => Promise<void>;
}

/** What a worker tells about itself, in the words of the metrics. */
export interface StepObserver {
  stepStarted(step: { worker: string; handler: string }): void;
  stepEnded(step: {
    worker: string;
    handler: string;
    outcome: 'succeeded' | 'failed' | 'retried' | 'released' | 'expanded' | 'cancelled' | 'superseded';
    attempt: number;
    durationMs: number;
    errorCode?: string | undefined;
  }): void;
  workerRebuilt(worker: { worker: string }): void;
}

export interface StepWorker {
  readonly name: string;
  start(): Promise<void>;
  /** Takes no more steps, lets running ones finish within the grace, hands the rest back without spending an attempt. */
  stop(): Promise<void>;
  /** Steps that are running now. */
  readonly active: number;
  /** Throws when the worker is not taking steps, or its queue does not answer it. */
  check(): Promise<void>;
  report(): CanaryReport;
}

/** The delay of a cancel where no hint comes through, in milliseconds. */
const defaultLeaseCheckMs = 1_000;
/** Milliseconds between two tries to record that the queue gave a step up. */
const abandonPauseMs = 200;
const abandonPauseLimitMs = 10_000;

/** Milliseconds beyond the grace that handing back may take before the queue is taken to be away. */
const handBackMs = 3_000;
const fetchesPerLimit = 6;
/** Steps that are being added to the queue at the same time. */
const branchesAtOnce = 20;

/** Joins a worker type's queue to its handlers. The only place where outcomes become BullMQ's control errors. */
export function createStepWorker<Type extends WorkerType>(options: StepWorkerOptions<Type>): StepWorker {
  const { type, store, log, observer } = options;
  const attempts = new Map<AbortController, StepLease>();
  /** Deliveries that are being processed, whatever BullMQ knows of them. */
  const running = new Set<Promise<string>>();
  const counts = { started: 0, completed: 0, failed: 0 };
  let leaseCheck: NodeJS.Timeout | undefined;
  let stopListening = (): void => {};
  let checking = false;
  let stopping = false;
  const closed = new AbortController();
  let stopped: Promise<void> | undefined;

  async function process(job: Job<StepPayload>, token: string | undefined): Promise<string> {
    const begun = performance.now();
    let step: ClaimedStep | undefined;
    let outcome: AttemptOutcome;
    try {
      outcome = await runAttempt(job.data, {
        store,
        handlers: options.handlers as Readonly<Partial<{ [Name in HandlerName]: StepHandler<Name> }>>,
        policy: options.policy,
        workerId: options.workerId,
        log,
        recordLog: options.recordLog ?? ((own) => ({ log: own, lines: () => [] })),
        random: options.random,
        memory: options.memory,
        onClaimed: (claimed) => {
          step = claimed;
          counts.started += 1;
          observer?.stepStarted({ worker: type, handler: claimed.handler });
        },
        onLease: (lease, controller) => {
          attempts.set(controller, lease);
          // The claim was under way when the grace ended.
          if (stopping && graceOver) controller.abort(new AttemptAborted('shutdown'));
          return () => attempts.delete(controller);
        },
        onProgress: (done, total) => {
          job.updateProgress({ done, total }).catch(() => {});
        },
      });
    } catch (thrown) {
      // The record itself could not be read or written: the queue keeps the step until it can.
      const error =
        isPressroomError(thrown) && thrown.code === 'database-unavailable'
          ? thrown
          : new PressroomError('database-unavailable', 'The record could not be read or written', {
              cause: thrown,
            });
      log.warn({ err: error, jobId: job.data.jobId, stepId: job.data.stepId }, 'The step is delivered again');
      outcome = { kind: 'wait', delayMs: options.policy.backoffBaseMs, error };
    }
    if (step !== undefined) observe(step, outcome, performance.now() - begun);
    if (outcome.kind === 'gave-up') await discardWork(job.data.stepId);
    return await obey(job, token, outcome);
  }

  async function tracked(work: Promise<string>): Promise<string> {
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }

  async function obey(
    job: Job<StepPayload>,
    token: string | undefined,
    outcome: AttemptOutcome,
  ): Promise<string> {
    switch (outcome.kind) {
      case 'done':
        return 'done';
      case 'moot':
        return outcome.why;
      case 'expanded':
        await addBelow(job, outcome.children);
        if (await job.moveToWaitingChildren(token ?? '')) {
          throw new WaitingChildrenError('Waits for the steps that it has added');
        }
        // The queue has seen the end of them. When the record has not, there is nothing to do but to look again.
        await job.moveToDelayed(Date.now() + options.policy.backoffBaseMs, token);
        throw new DelayedError('The steps below it have just ended');
      case 'handed-back':
        await job.moveToWait(token);
        throw new WaitingError('The worker is stopping');
      case 'wait':
        await job.moveToDelayed(Date.now() + outcome.delayMs, token);
        throw new DelayedError(describe(outcome.error));
      case 'retry':
        throw new RetryLater(describe(outcome.error), outcome.delayMs);
      case 'gave-up':
        throw new UnrecoverableError(describe(outcome.error));
    }
  }

  /** Also for steps that a worker which died had recorded: what the queue has already it does not take twice. */
  async function addBelow(job: Job<StepPayload>, steps: readonly DispatchStep[]): Promise<void> {
    const parent = { ...job.data, priority: job.priority, queue: job.queueQualifiedName };
    const branches = buildBranches(parent, steps, options.flowOptions);
    for (let from = 0; from < branches.length; from += branchesAtOnce) {
      const some = branches.slice(from, from + branchesAtOnce);
      await Promise.all(some.map((branch) => options.backend.flows.add(branch)));
    }
  }

  async function discardWork(stepId: string): Promise<void> {
    try {
      await options.discardWork?.(stepId);
    } catch (error) {
      log.warn({ err: error, stepId }, 'What the failed step kept between its attempts could not be deleted');
    }
  }

  function observe(step: ClaimedStep, outcome: AttemptOutcome, durationMs: number): void {
    if (outcome.kind === 'done' || outcome.kind === 'expanded') counts.completed += 1;
    if (outcome.kind === 'retry' || outcome.kind === 'gave-up') counts.failed += 1;
    observer?.stepEnded({
      worker: type,
      handler: step.handler,
      outcome: outcomeLabels[outcome.kind],
      attempt: step.attempts + 1,
      durationMs,
      errorCode: 'error' in outcome ? outcome.error.code : undefined,
    });
  }

  /** Stops attempts whose step was cancelled, settled or taken over: by then nothing that they do can count. */
  async function stopLostAttempts(of: (lease: StepLease) => boolean): Promise<void> {
    const looked = [...attempts].filter(([, lease]) => of(lease));
    if (looked.length === 0) return;
    try {
      const lost = new Set(await store.lost(looked.map(([, lease]) => lease)));
      for (const [controller, lease] of looked) {
        if (lost.has(lease)) controller.abort(new AttemptAborted('lease-lost'));
      }
    } catch (error) {
      log.debug({ err: error }, 'Could not look whether running steps are still held');
    }
  }

  /** One at a time: a database that is slow must not be asked ever more often. */
  async function checkLeases(): Promise<void> {
    if (checking) return;
    checking = true;
    await stopLostAttempts(() => true);
    checking = false;
  }

  function abortAll(why: 'shutdown' | 'lease-lost', ids?: ReadonlySet<string>): void {
    for (const [controller, lease] of attempts) {
      if (ids === undefined || ids.has(lease.stepId)) controller.abort(new AttemptAborted(why));
    }
  }

  /** The queue gave a step up without asking a handler: it was delivered too often to workers that died. */
  async function abandon(job: Job<StepPayload> | undefined, failure: Error): Promise<void> {
    if (job?.finishedOn === undefined) return;
    const error = new PressroomError(
      'worker-lost',
      `The workers that had this step were lost: ${storableText(failure.message, 200)}`,
    );
    const { jobId, stepId } = job.data;
    for (let pauseMs = abandonPauseMs; ; pauseMs = Math.min(pauseMs * 2, abandonPauseLimitMs)) {
      try {
        await reach('step.abandoned');
        if (await store.abandon(job.data, toErrorRecord(error))) {
          log.error({ err: error, jobId, stepId }, 'The step failed for good');
        }
        return;
      } catch (cause) {
        // Nobody else is told of it: what is not written now keeps its job waiting.
        log.warn({ err: cause, jobId, stepId }, 'Could not record that a step was given up; trying again');
        await delay(pauseMs, undefined, { signal: closed.signal });
      }
    }
  }

  function build(): QueueWorker {
    const built = options.backend.worker(type, (job, token) => tracked(process(job, token)), {
      name: options.workerId,
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.stalledIntervalMs,
      maxStalledCount: options.maxStalls,
      fetchPauseMs: options.canary.limitMs / fetchesPerLimit,
      settings: {
        backoffStrategy: (_attempts, _type, error) => delayOf(error, options.policy.backoffBaseMs),
      },
    });
    built.on('failed', (job, error) => {
      abandon(job, error).catch((cause: unknown) =>
        log.warn({ err: cause }, 'The worker stopped before it could record that a step was given up'),
      );
    });
    built.on('stalled', (id) =>
      log.warn({ queueJobId: id }, 'A step was taken from a worker that went silent'),
    );
    // BullMQ does not abort a processor that lost its lock; another worker may have the step by now.
    built.on('lockRenewalFailed', (ids) => {
      abortAll('lease-lost', new Set(ids.map((id) => id.slice(0, id.lastIndexOf('-')))));
    });
    return built;
  }

  const standing = createStandingWorker({
    name: `${type} worker`,
    backend: options.backend,
    build,
    // A full worker is heard when it renews its locks.
    limits: { ...options.canary, limitMs: Math.max(options.canary.limitMs, options.lockMs) },
    log,
    onStuck: options.onStuck,
    onRebuild: () => observer?.workerRebuilt({ worker: type }),
  });
  let graceOver = false;

  async function stop(): Promise<void> {
    stopping = true;
    const end = performance.now() + options.graceMs + handBackMs;
    const closing = standing.stop(options.graceMs + handBackMs);
    const handBack = (): void => {
      graceOver = true;
      if (attempts.size > 0)
        log.info({ steps: attempts.size }, 'The grace is over: running steps are handed back');
      abortAll('shutdown');
    };
    const timer = setTimeout(handBack, options.graceMs);
    try {
      await closing;
    } finally {
      clearTimeout(timer);
      // A worker that has closed may have left a delivery behind, such as one that it had asked for before.
      if (running.size > 0) {
        handBack();
        await within(Math.max(0, end - performance.now()), Promise.allSettled(running)).catch(() => {});
      }
      // Until here, so that a cancel still reaches the steps that finish within the grace.
      clearInterval(leaseCheck);
      stopListening();
      closed.abort();
    }
  }

  return {
    name: `${type}-worker`,
    get active() {
      return attempts.size;
    },
    start: async () => {
      await standing.start();
      leaseCheck = setInterval(() => void checkLeases(), options.leaseCheckMs ?? defaultLeaseCheckMs);
      stopListening =
        options.onSettled?.((jobIds) => {
          // Without ids it says that hints may have been lost; the next look comes by itself.
          const settled = new Set(jobIds);
          if (settled.size > 0) void stopLostAttempts((lease) => settled.has(lease.jobId));
        }) ?? stopListening;
    },
    stop: () => (stopped ??= stop()),
    check: () => standing.check(),
    report: () => ({ ...standing.report(), ...counts, active: attempts.size }),
  };
}

const outcomeLabels = {
  done: 'succeeded',
  moot: 'superseded',
  retry: 'retried',
  wait: 'released',
  'handed-back': 'released',
  expanded: 'expanded',
  'gave-up': 'failed',
} as const satisfies Record<AttemptOutcome['kind'], string>;

/** Carries the record's decision to BullMQ's backoff. */
class RetryLater extends Error {
  readonly delayMs: number;
  constructor(message: string, delayMs: number) {
    super(message);
    this.name = 'RetryLater';
    this.delayMs = delayMs;
  }
}

function delayOf(error: Error | undefined, otherwise: number): number {
  return error instanceof RetryLater ? error.delayMs : otherwise;
}

/** For Bull Board: the code first, and nothing that PostgreSQL would refuse. */
function describe(error: PressroomError): string {
  return storableText(`${errorCodes.includes(error.code) ? error.code : 'internal'}: ${error.message}`, 500);
}
