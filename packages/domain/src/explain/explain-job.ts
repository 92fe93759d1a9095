import type { JobExplanation } from '../contract/explanation-contract.ts';
import { errorRegistry } from '../errors/error-registry.ts';
import type { StepFailure } from '../ports/step-store.ts';
import { type ExplanationFacts, isUnsettled, type StepFacts } from './explanation-facts.ts';
import { adviceFor } from './reason-advice.ts';
import { findWaitReasons, type Viewer, type WaitCode, type WaitReason } from './wait-reasons.ts';
import { momentIn } from './wording.ts';

/** Keys that a reason names; the steps themselves say the rest. */
const stepsNamed = 20;
const failuresShown = 10;
/** Reasons that are said beside the work that goes on: all that need a person or a provider. */
const blocking: ReadonlySet<WaitCode> = new Set([
  'queue-unreachable',
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
]);

/**
 * Why a job stands where it stands: one sentence on top, every reason below it, and each step. Pure.
 *
 * Accounts do not see processes, hosts or what the queue's errors say: that is the operator's house.
 */
export function explainJob(facts: ExplanationFacts, viewer: Viewer): JobExplanation {
  const { job, queue } = facts;
  const reasons = findWaitReasons(facts, viewer);
  const first = headlineOf(reasons);
  const ended = facts.steps.filter((step) => !isUnsettled(step)).length;
  return {
    jobId: job.id,
    ...(viewer === 'operator' ? { accountId: job.accountId } : {}),
    kind: job.kind,
    status: job.status,
    generation: job.generation,
    round: job.round,
    at: facts.now.toISOString(),
    summary: summaryOf(facts, reasons, first),
    advice: adviceOf(facts, first, viewer),
    reasons: reasons.map(({ code, message, until, steps }) => ({
      code,
      message,
      until: until?.toISOString() ?? null,
      steps: steps.slice(0, stepsNamed),
      stepCount: steps.length,
      advice: adviceFor(code, viewer) ?? null,
    })),
    queue: queue.asked
      ? { asked: true, problem: null }
      : { asked: false, problem: viewer === 'operator' ? queue.problem : 'The queue does not answer' },
    createdAt: job.createdAt.toISOString(),
    delayUntil: job.delayUntil?.toISOString() ?? null,
    deadline: job.deadline?.toISOString() ?? null,
    admittedAt: job.admittedAt?.toISOString() ?? null,
    enqueuedAt: job.enqueuedAt?.toISOString() ?? null,
    settledAt: job.settledAt?.toISOString() ?? null,
    progress: { done: ended, total: facts.steps.length },
    steps: facts.steps.map((step) => describeStep(step, facts, reasons, viewer)),
    cost: {
      rounds: facts.rounds.map((round) => ({ ...round })),
      calls: { made: facts.usage.made, offline: facts.usage.offline, saved: facts.usage.saved },
      tokens: { input: facts.usage.inputTokens, output: facts.usage.outputTokens },
    },
  };
}

/** What is said first: work that goes on, unless nothing does. */
function headlineOf(reasons: readonly WaitReason[]): WaitReason | undefined {
  return reasons.find(({ code }) => code === 'running') ?? reasons[0];
}

function summaryOf(
  { job, steps, now }: ExplanationFacts,
  reasons: readonly WaitReason[],
  first: WaitReason | undefined,
): string {
  const at = job.settledAt === null ? '' : ` at ${momentIn(now, job.settledAt)}`;
  switch (job.status) {
    case 'succeeded': {
      const out = steps.filter((step) => step.status === 'failed').length;
      return `Has succeeded${at}${out === 0 ? '' : `, without ${out === 1 ? 'one step that' : `${out} steps that`} failed`}.`;
    }
    case 'failed':
      return `Has failed${at}: ${job.error?.message ?? 'for a reason that was not kept'}.`;
    case 'cancelled':
      return `Was cancelled${at}${job.error === null ? '' : `: ${job.error.message}`}.`;
    default:
      break;
  }
  if (first === undefined) return 'All its steps have ended: it is about to settle.';
  if (first.code !== 'running') return first.message;
  const beside = reasons.find(({ code }) => blocking.has(code));
  if (beside === undefined) return `Runs: ${first.message}`;
  const waiting = beside.steps.length === 1 ? `But ${beside.steps[0]}` : `But ${beside.steps.length} steps`;
  return `Runs: ${first.message} ${waiting} cannot go on: ${lowerFirst(beside.message)}`;
}

function lowerFirst(sentence: string): string {
  return /^(Waits|The) /.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}

function adviceOf({ job }: ExplanationFacts, first: WaitReason | undefined, viewer: Viewer): string | null {
  if (first !== undefined) return adviceFor(first.code, viewer) ?? null;
  if (job.status !== 'failed') return null;
  const own = job.error === null ? '' : `${errorRegistry[job.error.code].advice} `;
  return `${own}Then run again what failed: POST /api/jobs/${job.id}/retry${viewer === 'operator' ? ', or replay the dead letter' : ''}.`;
}

function describeStep(
  step: StepFacts,
  facts: ExplanationFacts,
  reasons: readonly WaitReason[],
  viewer: Viewer,
): JobExplanation['steps'][number] {
  const { limits, queue } = facts;
  const counted = step.status === 'running' || step.status === 'succeeded' ? 1 : 0;
  const held = step.status === 'running';
  const waits = isUnsettled(step) && facts.job.enqueuedAt !== null && facts.job.status === 'running';
  return {
    id: step.id,
    key: step.key,
    handler: step.handler,
    worker: step.worker,
    status: step.status,
    stage: step.stage,
    attempt: step.attempts + counted,
    attempts: limits.attempts,
    losses: step.losses,
    throttledMs: step.throttledMs,
    retryAt: step.status === 'pending' ? (step.retryAt?.toISOString() ?? null) : null,
    heldBy: held && viewer === 'operator' ? step.claimedBy : null,
    heldSince: held ? (step.claimedAt?.toISOString() ?? null) : null,
    reason: reasons.find((reason) => reason.steps.includes(step.key))?.code ?? null,
    queue: waits
      ? {
          name: step.worker,
          jobId: `${step.id}-${step.generation}`,
          generation: step.generation,
          state: queue.asked ? (queue.states.get(step.id) ?? null) : null,
        }
      : null,
    failures: step.failures.slice(-failuresShown).map((failure) => describeFailure(failure, viewer)),
    deadLetterId: viewer === 'operator' ? step.deadLetterId : null,
  };
}

function describeFailure(
  failure: StepFailure,
  viewer: Viewer,
): JobExplanation['steps'][number]['failures'][number] {
  return { ...failure, worker: viewer === 'operator' ? failure.worker : null };
}
