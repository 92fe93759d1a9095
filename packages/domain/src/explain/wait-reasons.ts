import type { StepFailure } from '../ports/step-store.ts';
import {
  childrenLeft,
  type ExplanationFacts,
  isUnsettled,
  type ProcessFacts,
  type StepFacts,
} from './explanation-facts.ts';
import { duration, momentIn, plural } from './wording.ts';

/**
 * Why a job or a step does not go on, those that need a person first. The order is that of the headline: what stands first
 * here is said first.
 */
export const waitCodes = [
  'queue-unreachable',
  'no-dispatcher',
  'no-worker',
  'workers-quiet',
  'queue-paused',
  'lost',
  'holder-silent',
  'store-away',
  'breaker-open',
  'provider-pause',
  'over-budget',
  'backoff',
  'enqueue-overdue',
  'enqueueing',
  'delayed',
  'account-window',
  'window',
  'turn',
  'running',
  'queued',
  'children',
] as const;
export type WaitCode = (typeof waitCodes)[number];

/** Who reads: names of processes are for operators. */
export type Viewer = 'account' | 'operator';

export interface WaitReason {
  readonly code: WaitCode;
  /** One sentence. */
  readonly message: string;
  /** When it should be over by itself, where that is known. */
  readonly until: Date | undefined;
  /** Keys of the steps that it holds up; none when it holds up the job as a whole. */
  readonly steps: readonly string[];
}

interface StepReason extends Omit<WaitReason, 'steps' | 'message'> {
  /** Reasons with the same one are told as one. */
  readonly about: string;
  readonly say: (steps: readonly StepFacts[]) => string;
}

/** Every reason, most pressing first. None for a job that has settled. */
export function findWaitReasons(facts: ExplanationFacts, viewer: Viewer): readonly WaitReason[] {
  const { job } = facts;
  const found =
    job.status === 'queued'
      ? queuedReasons(facts)
      : job.status === 'running'
        ? job.enqueuedAt === null
          ? enqueueReasons(facts)
          : stepReasons(facts, viewer)
        : [];
  return found.toSorted((a, b) => waitCodes.indexOf(a.code) - waitCodes.indexOf(b.code));
}

function ofJob(code: WaitCode, message: string, until?: Date | null): WaitReason {
  return { code, message, until: until ?? undefined, steps: [] };
}

function queuedReasons(facts: ExplanationFacts): WaitReason[] {
  const { now, job, place, window, limits } = facts;
  if (job.delayUntil !== null && job.delayUntil > now) {
    return [
      ofJob(
        'delayed',
        `Waits for its time: it is not to start before ${momentIn(now, job.delayUntil)}.`,
        job.delayUntil,
      ),
    ];
  }
  const reasons = cannotDispatch(facts);
  if (window.accountFlows >= limits.accountWindowFlows) {
    reasons.push(
      ofJob(
        'account-window',
        `Waits for other jobs of its account: ${window.accountFlows} of them are in the queue, which is as many as one account may have there.`,
      ),
    );
  } else if (window.flows >= limits.windowFlows) {
    reasons.push(ofJob('window', 'Waits for a place in the queue: all of them are taken.'));
  }
  const ahead = (place?.position ?? 1) - 1;
  const start = place?.etaMs === undefined ? '' : `; half of such jobs start within ${duration(place.etaMs)}`;
  const until = place?.etaMs === undefined ? undefined : new Date(now.getTime() + place.etaMs);
  reasons.push(
    ofJob(
      'turn',
      ahead === 0
        ? `Is the next one in its turn${start}.`
        : `Waits for its turn: ${plural(ahead, 'job goes', 'jobs go')} before it${start}.`,
      until,
    ),
  );
  return reasons;
}

function enqueueReasons(facts: ExplanationFacts): WaitReason[] {
  const { now, job } = facts;
  const lease = job.enqueueLeaseUntil;
  const reasons = cannotDispatch(facts);
  reasons.push(
    lease !== null && lease > now
      ? ofJob(
          'enqueueing',
          `Is being put into the queue by a dispatcher, which has until ${momentIn(now, lease)} to confirm it.`,
          lease,
        )
      : ofJob(
          'enqueue-overdue',
          'Waits to be put into the queue: the dispatcher that was to do it did not confirm, and the next one does it anew.',
        ),
  );
  return reasons;
}

function cannotDispatch({ queue, processes, limits }: ExplanationFacts): WaitReason[] {
  const reasons: WaitReason[] = [];
  if (!queue.asked) {
    reasons.push(
      ofJob(
        'queue-unreachable',
        'Waits for the queue, which does not answer: nothing is put into it meanwhile.',
      ),
    );
  }
  if (!processes.some((each) => each.part === 'api' && isAlive(each, limits))) {
    reasons.push(
      ofJob(
        'no-dispatcher',
        `Waits for a dispatcher: no API process has given a sign of life for ${limits.aliveSeconds} s.`,
      ),
    );
  }
  return reasons;
}

function stepReasons(facts: ExplanationFacts, viewer: Viewer): WaitReason[] {
  const groups = new Map<string, { reason: StepReason; steps: StepFacts[] }>();
  for (const step of facts.steps) {
    for (const reason of reasonsOf(step, facts, viewer)) {
      const key = `${reason.code} ${reason.about}`;
      const group = groups.get(key) ?? { reason, steps: [] };
      groups.set(key, group);
      group.steps.push(step);
    }
  }
  return [...groups.values()].map(({ reason: { code, until, say }, steps }) => ({
    code,
    until,
    message: say(steps),
    steps: steps.map((step) => step.key),
  }));
}

function reasonsOf(step: StepFacts, facts: ExplanationFacts, viewer: Viewer): readonly StepReason[] {
  if (!isUnsettled(step)) return [];
  if (step.status === 'running') return [runningReason(step, facts, viewer)];
  const left = childrenLeft(facts.steps, step);
  const missing = step.parentId === null || left === 0 ? lostReason(step, facts) : undefined;
  if (left > 0) return [childrenReason(left), ...(missing === undefined ? [] : [missing])];
  const waits = [...workerReasons(step, facts), missing, delayReason(step, facts)].filter(
    (reason) => reason !== undefined,
  );
  if (waits.length > 0) return waits;
  if (!facts.queue.asked) {
    return [
      reason(
        'queue-unreachable',
        '',
        () => 'Waits for the queue, which does not answer: steps go on once it does.',
      ),
    ];
  }
  return [
    reason('queued', step.worker, (steps) =>
      steps.length === 1
        ? `Waits for a free ${step.worker} worker.`
        : `${steps.length} steps wait for a free ${step.worker} worker.`,
    ),
  ];
}

function reason(code: WaitCode, about: string, say: StepReason['say'], until?: Date): StepReason {
  return { code, about, say, until };
}

function runningReason(step: StepFacts, facts: ExplanationFacts, viewer: Viewer): StepReason {
  const { now, processes, limits } = facts;
  const since = step.claimedAt === null ? '' : ` since ${momentIn(now, step.claimedAt)}`;
  const holder = processes.find((each) => each.process === step.claimedBy && each.part === step.worker);
  const name = viewer === 'operator' && step.claimedBy !== null ? step.claimedBy : `a ${step.worker} worker`;
  if (holder === undefined || !isAlive(holder, limits)) {
    const silence =
      holder === undefined
        ? 'gives no sign of life'
        : `has given no sign of life for ${Math.round(holder.silentSeconds)} s`;
    return reason('holder-silent', step.id, () => {
      return `${step.key} is held${since} by ${name}, which ${silence}: the queue gives it to another worker once its lock has run out.`;
    });
  }
  const lost = lostReason(step, facts);
  if (lost !== undefined) return lost;
  return reason('running', '', (steps) =>
    steps.length === 1
      ? `${step.key} is at work${since}${viewer === 'operator' ? ` in ${name}` : ''}.`
      : `${steps.length} steps are at work.`,
  );
}

function childrenReason(left: number): StepReason {
  return reason('children', String(left), ([first]) => {
    return `${first?.key ?? 'A step'} waits for ${plural(left, 'step', 'steps')} below it.`;
  });
}

/** The states from which a queue still delivers. */
const alive: ReadonlySet<string> = new Set(['waiting', 'active', 'delayed', 'waiting-children']);

function lostReason(step: StepFacts, { queue, limits }: ExplanationFacts): StepReason | undefined {
  const state = queue.asked ? queue.states.get(step.id) : undefined;
  if (state === undefined || alive.has(state)) return undefined;
  return reason('lost', '', (steps) => {
    const [first] = steps;
    const what = steps.length === 1 ? (first?.key ?? 'a step') : `${steps.length} steps`;
    return `The queue has lost ${what}: what the record waits for is found within ${limits.foundSeconds} s and built anew.`;
  });
}

function workerReasons(step: StepFacts, { processes, limits, queue }: ExplanationFacts): StepReason[] {
  const { worker } = step;
  const workers = processes.filter((each) => each.part === worker && isAlive(each, limits));
  const reasons: StepReason[] = [];
  if (workers.length === 0) {
    reasons.push(
      reason('no-worker', worker, () => {
        return `Waits for a worker: no ${worker} worker has given a sign of life for ${limits.aliveSeconds} s.`;
      }),
    );
  } else if (workers.every(({ canary }) => canary?.state === 'quiet')) {
    reasons.push(
      reason('workers-quiet', worker, () => {
        return `Waits for a ${worker} worker: those that run are not answered by the queue, and are being built anew.`;
      }),
    );
  }
  if (queue.asked && queue.paused.has(worker)) {
    reasons.push(reason('queue-paused', worker, () => `Waits because the queue '${worker}' is paused.`));
  }
  return reasons;
}

/** A step that was handed back with a time before which it is not tried again. */
function delayReason(step: StepFacts, facts: ExplanationFacts): StepReason | undefined {
  const { now } = facts;
  const { retryAt, error } = step;
  if (retryAt === null || retryAt <= now) return undefined;
  const last = step.failures.at(-1);
  const provider = typeof error?.facts?.['provider'] === 'string' ? error.facts['provider'] : 'that makes it';
  const until = momentIn(now, retryAt);
  switch (error?.code) {
    case 'provider-circuit-open':
      return breakerReason(step, provider, retryAt, facts);
    case 'storage-full':
    case 'storage-unavailable': {
      const state = error.code === 'storage-full' ? 'is full' : 'cannot be reached';
      return reason(
        'store-away',
        state,
        () => `Waits for the file store, which ${state}: it looks again at ${until}.`,
        retryAt,
      );
    }
    case 'provider-throttled':
      return reason(
        'provider-pause',
        provider,
        () => `Waits for the provider ${provider}, which has asked to be left alone until ${until}.`,
        retryAt,
      );
    case 'provider-over-budget':
      return reason(
        'over-budget',
        provider,
        () => `Waits for its account's share of the calls of ${provider}: there is room at ${until}.`,
        retryAt,
      );
    default:
      return reason('backoff', step.id, () => backoffMessage(step, last, until, facts), retryAt);
  }
}

function breakerReason(
  step: StepFacts,
  provider: string,
  retryAt: Date,
  { now, providers }: ExplanationFacts,
): StepReason {
  const model = step.error?.facts?.['model'];
  const state = providers.find(
    (each) => each.provider === provider && (model === undefined || each.model === model),
  );
  const head = `Waits for the provider ${provider}`;
  if (state?.breaker === 'open' && state.openUntil !== undefined && state.openUntil > now) {
    const { openUntil } = state;
    return reason(
      'breaker-open',
      provider,
      () => `${head}: its breaker is open until ${momentIn(now, openUntil)}.`,
      openUntil,
    );
  }
  const again = momentIn(now, retryAt);
  const how =
    state === undefined || state.breaker === 'closed'
      ? `it is back, and the step is tried again at ${again}`
      : `${state.breaker === 'open' ? 'the next call' : 'a single call under way'} finds out whether it is back; the step looks again at ${again}`;
  return reason('breaker-open', provider, () => `${head}: ${how}.`, retryAt);
}

function backoffMessage(
  step: StepFacts,
  last: StepFailure | undefined,
  until: string,
  { limits }: ExplanationFacts,
): string {
  const why = last === undefined ? '' : `: the last one failed with ${last.code} (${last.message})`;
  return `${step.key} waits until ${until} for attempt ${step.attempts + 1} of ${limits.attempts}${why}.`;
}

function isAlive(process: ProcessFacts, limits: ExplanationFacts['limits']): boolean {
  return process.silentSeconds <= limits.aliveSeconds;
}
