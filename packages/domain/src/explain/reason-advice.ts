import type { Viewer, WaitCode } from './wait-reasons.ts';

interface Advice {
  readonly operator?: string;
  readonly account?: string;
}

const byItself = 'Nothing to do: it goes on by itself.';
const tellOperator = 'Tell the operator if it lasts.';

/** What one can do about a reason to wait. */
const advice: Readonly<Record<WaitCode, Advice>> = {
  'queue-unreachable': {
    operator:
      'Look at `queue` in /health of the processes and bring Redis (or PostgreSQL, without REDIS_URL) back. Nothing is lost: what the queue held is rebuilt from the record.',
    account: tellOperator,
  },
  'no-dispatcher': { operator: 'Start an API process: the dispatcher is in it.', account: tellOperator },
  'no-worker': {
    operator: 'Start a worker of that type, or look at why it ended: its log has the reason.',
    account: tellOperator,
  },
  'workers-quiet': {
    operator:
      'Look at `queue` in /health of those workers. They end by themselves after PRESSROOM_CANARY_EXIT_MS; restarting them is safe.',
    account: tellOperator,
  },
  'queue-paused': {
    operator: 'Resume the queue: Pressroom never pauses one, somebody has done it by another tool.',
    account: tellOperator,
  },
  lost: {
    operator:
      'Nothing to do while a maintenance worker or an API runs: see `reconciler` in /health of the API.',
    account: byItself,
  },
  'holder-silent': {
    operator:
      'Nothing to do if that process is dead. If it only hangs, end it: what it still writes does not count.',
    account: byItself,
  },
  'store-away': {
    operator:
      'Make room in the file store, or bring it back: the steps look again by themselves, and none is lost.',
    account: `${byItself} Waiting costs no attempt and no credits.`,
  },
  'breaker-open': {
    operator:
      'See the errors of the steps and the status page of the provider. AI_FALLBACK_OFFLINE lets the offline provider make named styles meanwhile.',
    account: `${byItself} Waiting costs no attempt and no credits.`,
  },
  'provider-pause': {
    operator: 'If it lasts, raise the quota at the provider or lower AI_REQUESTS_PER_MINUTE.',
    account: byItself,
  },
  'over-budget': {
    operator:
      'AI_REQUESTS_PER_MINUTE and AI_TOKENS_PER_MINUTE are the limits; they hold for all workers together.',
    account: byItself,
  },
  backoff: { operator: 'See the errors of the step.', account: byItself },
  'enqueue-overdue': {
    operator: 'Nothing to do while an API process runs: its dispatcher looks every few seconds.',
    account: byItself,
  },
  enqueueing: { operator: byItself, account: byItself },
  delayed: { operator: byItself, account: 'Nothing to do; cancel it if it is not wanted any more.' },
  'account-window': {
    operator: 'PRESSROOM_DISPATCHER_ACCOUNT_WINDOW_FLOWS is the limit for one account.',
    account: 'Nothing to do; cancel jobs that are not wanted any more.',
  },
  window: {
    operator:
      'PRESSROOM_DISPATCHER_WINDOW_FLOWS is the limit. More workers empty it faster; a wider window does not.',
    account: byItself,
  },
  turn: { operator: byItself, account: byItself },
  running: {},
  queued: {
    operator: 'More workers of that type, or a higher concurrency, shorten the wait.',
    account: byItself,
  },
  children: {},
};

export function adviceFor(code: WaitCode, viewer: Viewer): string | undefined {
  return advice[code][viewer];
}
