import { describe, expect, test } from '@jest/globals';
import {
  type ExplanationFacts,
  explainJob,
  jobExplanationSchema,
  type QueueState,
  type StepFacts,
  type StepFailure,
  stepsToLookUp,
  type Viewer,
} from '../src/index.ts';

const now = new Date('2026-11-26T03:10:00.000Z');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);
const host = 'generate-worker@host-7:4711';

function step(key: string, change: Partial<StepFacts> = {}): StepFacts {
  const worker = key.startsWith('ingest') ? 'ingest' : key.startsWith('generate') ? 'generate' : 'pdf';
  const handler = (
    { ingest: 'ingest-image', generate: 'generate-picture', pdf: 'render-picture-book' } as const
  )[worker];
  return {
    id: `step_${key}`,
    key,
    parentId:
      key === 'book'
        ? null
        : key.startsWith('generate')
          ? 'step_book'
          : key.replace('ingest', 'step_generate'),
    handler,
    worker,
    status: 'pending',
    stage: null,
    generation: 3,
    attempts: 0,
    losses: 0,
    throttledMs: 0,
    retryAt: null,
    claimedBy: null,
    claimedAt: null,
    error: null,
    failures: [],
    deadLetterId: null,
    ...change,
  };
}

const done = { status: 'succeeded' } as const;
const held = { status: 'running', claimedBy: host, claimedAt: later(-60) } as const;
const failure = (code: StepFailure['code'], kind: StepFailure['kind'] = 'retried'): StepFailure => ({
  kind,
  round: 1,
  attempt: 1,
  code,
  message: 'It broke',
  worker: host,
  at: later(-5).toISOString(),
});
const waitFor = (
  code:
    | 'provider-circuit-open'
    | 'provider-throttled'
    | 'provider-over-budget'
    | 'storage-full'
    | 'storage-unavailable',
  seconds = 160,
) => ({
  retryAt: later(seconds),
  error: { code, message: 'Wait', facts: { provider: 'gemini', model: 'flash' } },
  failures: [failure(code, 'throttled')],
});

const statistics = { polled: 9, started: 2, completed: 2, failed: 0, active: 0 };
const up = { state: 'up', quietMs: 5, rebuilds: 0, ...statistics } as const;
const processes: ExplanationFacts['processes'] = [
  { process: 'api@host-1:1', part: 'api', silentSeconds: 1, canary: null },
  { process: 'ingest-worker@host-1:2', part: 'ingest', silentSeconds: 1, canary: up },
  { process: host, part: 'generate', silentSeconds: 2, canary: up },
  { process: 'pdf-worker@host-1:3', part: 'pdf', silentSeconds: 1, canary: up },
];

interface Change extends Partial<Omit<ExplanationFacts, 'job'>> {
  readonly job?: Partial<ExplanationFacts['job']>;
  /** What the queue says; every step waits when absent. */
  readonly states?: Readonly<Record<string, QueueState>>;
}

function facts({ job, states, ...change }: Change = {}): ExplanationFacts {
  const steps = change.steps ?? [step('ingest-0', done), step('generate-0'), step('book')];
  const state = (each: StepFacts): QueueState =>
    states?.[each.key] ??
    (each.status === 'running' ? 'active' : each.key === 'book' ? 'waiting-children' : 'waiting');
  return {
    now,
    job: {
      id: 'job_1',
      accountId: 'acct_1',
      kind: 'picture-book',
      status: 'running',
      generation: 3,
      round: 1,
      error: null,
      createdAt: later(-600),
      delayUntil: null,
      deadline: null,
      admittedAt: later(-500),
      enqueuedAt: later(-500),
      enqueueLeaseUntil: null,
      settledAt: null,
      ...job,
    },
    place: undefined,
    window: { flows: 1, accountFlows: 1 },
    steps,
    providers: [],
    processes,
    rounds: [{ round: 1, held: 2, captured: null, refunded: null }],
    usage: { made: 1, offline: 0, saved: 2, inputTokens: 10, outputTokens: 20 },
    queue: { asked: true, states: new Map(steps.map((each) => [each.id, state(each)])), paused: new Set() },
    limits: {
      windowFlows: 50,
      accountWindowFlows: 25,
      attempts: 4,
      losses: 5,
      throttledMs: 21_600_000,
      aliveSeconds: 30,
      foundSeconds: 30,
    },
    ...change,
  };
}

const explain = (change?: Change, viewer: Viewer = 'operator') => {
  const explanation = explainJob(facts(change), viewer);
  return jobExplanationSchema.parse(explanation);
};
const queued = { status: 'queued', enqueuedAt: null, admittedAt: null } as const;

describe('a job that is queued', () => {
  test.each<[string, Change, string[], string]>([
    [
      'until its time has come',
      { job: { ...queued, delayUntil: later(86_400) } },
      ['delayed'],
      'Waits for its time: it is not to start before 2026-11-27 03:10:00 UTC.',
    ],
    [
      'for its turn, with its place and time',
      { job: queued, place: { position: 18, etaMs: 240_000 } },
      ['turn'],
      'Waits for its turn: 17 jobs go before it; half of such jobs start within 4 min.',
    ],
    [
      'as the next one',
      { job: queued, place: { position: 1, etaMs: undefined } },
      ['turn'],
      'Is the next one in its turn.',
    ],
    [
      'because its account has as many as it may',
      { job: queued, window: { flows: 26, accountFlows: 25 }, place: { position: 2, etaMs: 1_500 } },
      ['account-window', 'turn'],
      'Waits for other jobs of its account: 25 of them are in the queue, which is as many as one account may have there.',
    ],
    [
      'because the queue is full',
      { job: queued, window: { flows: 50, accountFlows: 1 }, place: { position: 2, etaMs: 1_500 } },
      ['window', 'turn'],
      'Waits for a place in the queue: all of them are taken.',
    ],
    [
      'because nobody dispatches',
      { job: queued, processes: [{ ...processes[0], silentSeconds: 31 } as (typeof processes)[0]] },
      ['no-dispatcher', 'turn'],
      'Waits for a dispatcher: no API process has given a sign of life for 30 s.',
    ],
    [
      'because the queue is away',
      { job: queued, queue: { asked: false, problem: 'ECONNREFUSED redis.internal' } },
      ['queue-unreachable', 'turn'],
      'Waits for the queue, which does not answer: nothing is put into it meanwhile.',
    ],
  ])('waits %s', (_what, change, codes, summary) => {
    const explanation = explain(change);
    expect(explanation.reasons.map(({ code }) => code)).toEqual(codes);
    expect(explanation.summary).toBe(summary);
    expect(explanation.advice).not.toBeNull();
    expect(explanation.steps.every((each) => each.queue === null && each.reason === null)).toBe(true);
  });

  test('says when the wait should be over', () => {
    expect(explain({ job: { ...queued, delayUntil: later(60) } }).reasons[0]?.until).toBe(
      later(60).toISOString(),
    );
    expect(explain({ job: queued, place: { position: 2, etaMs: 9_000 } }).reasons[0]?.until).toBe(
      later(9).toISOString(),
    );
  });
});

describe('a job that was admitted and is not in the queue', () => {
  test('waits for its dispatcher while that one holds the lease', () => {
    const explanation = explain({ job: { enqueuedAt: null, enqueueLeaseUntil: later(20) } });
    expect(explanation.summary).toBe(
      'Is being put into the queue by a dispatcher, which has until 03:10:20 UTC to confirm it.',
    );
    expect(explanation.reasons).toMatchObject([{ code: 'enqueueing', until: later(20).toISOString() }]);
  });

  test('and whose lease has run out waits for the next one', () => {
    const explanation = explain({ job: { enqueuedAt: null, enqueueLeaseUntil: later(-1) } });
    expect(explanation.reasons.map(({ code }) => code)).toEqual(['enqueue-overdue']);
  });
});

describe('a job in the queue', () => {
  const breaker = (change: Partial<ExplanationFacts['providers'][0]>): ExplanationFacts['providers'] => [
    { provider: 'gemini', model: 'flash', breaker: 'open', openUntil: later(160), ...change },
  ];
  const onGenerate = (change: Partial<StepFacts>) => [
    step('ingest-0', done),
    step('generate-0', change),
    step('book'),
  ];
  const without = (part: string) => processes.filter((each) => each.part !== part);

  test.each<[string, Change, string[], string]>([
    [
      'an open breaker',
      { steps: onGenerate(waitFor('provider-circuit-open')), providers: breaker({}) },
      ['breaker-open', 'children'],
      'Waits for the provider gemini: its breaker is open until 03:12:40 UTC.',
    ],
    [
      'the probe of a half-open breaker',
      {
        steps: onGenerate(waitFor('provider-circuit-open', 6)),
        providers: breaker({ breaker: 'half-open', openUntil: later(-1) }),
      },
      ['breaker-open', 'children'],
      'Waits for the provider gemini: a single call under way finds out whether it is back; the step looks again at 03:10:06 UTC.',
    ],
    [
      'a breaker whose time is over',
      {
        steps: onGenerate(waitFor('provider-circuit-open', 6)),
        providers: breaker({ openUntil: later(-1) }),
      },
      ['breaker-open', 'children'],
      'Waits for the provider gemini: the next call finds out whether it is back; the step looks again at 03:10:06 UTC.',
    ],
    [
      'a provider that is back',
      {
        steps: onGenerate(waitFor('provider-circuit-open', 6)),
        providers: breaker({ breaker: 'closed', openUntil: undefined }),
      },
      ['breaker-open', 'children'],
      'Waits for the provider gemini: it is back, and the step is tried again at 03:10:06 UTC.',
    ],
    [
      'a provider that asked to wait',
      { steps: onGenerate(waitFor('provider-throttled')) },
      ['provider-pause', 'children'],
      'Waits for the provider gemini, which has asked to be left alone until 03:12:40 UTC.',
    ],
    [
      'its share of the budget',
      { steps: onGenerate(waitFor('provider-over-budget')) },
      ['over-budget', 'children'],
      "Waits for its account's share of the calls of gemini: there is room at 03:12:40 UTC.",
    ],
    [
      'a file store that is full',
      { steps: onGenerate(waitFor('storage-full', 10)) },
      ['store-away', 'children'],
      'Waits for the file store, which is full: it looks again at 03:10:10 UTC.',
    ],
    [
      'a file store that is away',
      { steps: onGenerate(waitFor('storage-unavailable', 10)) },
      ['store-away', 'children'],
      'Waits for the file store, which cannot be reached: it looks again at 03:10:10 UTC.',
    ],
    [
      'its backoff',
      {
        steps: onGenerate({
          attempts: 1,
          retryAt: later(4),
          error: { code: 'provider-unavailable', message: 'It broke' },
          failures: [failure('provider-unavailable')],
        }),
      },
      ['backoff', 'children'],
      'generate-0 waits until 03:10:04 UTC for attempt 2 of 4: the last one failed with provider-unavailable (It broke).',
    ],
    [
      'a worker of its type',
      { processes: without('generate') },
      ['no-worker', 'children'],
      'Waits for a worker: no generate worker has given a sign of life for 30 s.',
    ],
    [
      'workers whose queue does not answer them',
      {
        processes: [
          ...without('generate'),
          { process: host, part: 'generate', silentSeconds: 1, canary: { ...up, state: 'quiet' } },
        ],
      },
      ['workers-quiet', 'children'],
      'Waits for a generate worker: those that run are not answered by the queue, and are being built anew.',
    ],
    [
      'a queue that somebody paused',
      { queue: { asked: true, states: new Map(), paused: new Set(['generate' as const]) } },
      ['queue-paused', 'children'],
      "Waits because the queue 'generate' is paused.",
    ],
    ['a free worker', {}, ['queued', 'children'], 'Waits for a free generate worker.'],
    [
      'a queue that lost a step that could run',
      { states: { 'generate-0': 'missing' } },
      ['lost', 'children'],
      'The queue has lost generate-0: what the record waits for is found within 30 s and built anew.',
    ],
    [
      'a queue that lost its root',
      { states: { book: 'missing' } },
      ['lost', 'queued', 'children'],
      'The queue has lost book: what the record waits for is found within 30 s and built anew.',
    ],
    [
      'a queue that has ended a step which the record has not',
      { states: { 'generate-0': 'completed' } },
      ['lost', 'children'],
      'The queue has lost generate-0: what the record waits for is found within 30 s and built anew.',
    ],
    [
      'a queue that is away',
      { queue: { asked: false, problem: 'no answer within 2000 ms' } },
      ['queue-unreachable', 'children'],
      'Waits for the queue, which does not answer: steps go on once it does.',
    ],
    [
      'a holder that has died',
      { steps: onGenerate(held), processes: without('generate') },
      ['holder-silent', 'children'],
      `generate-0 is held since 03:09:00 UTC by ${host}, which gives no sign of life: the queue gives it to another worker once its lock has run out.`,
    ],
    [
      'a holder that is silent',
      {
        steps: onGenerate(held),
        processes: [
          ...without('generate'),
          { process: host, part: 'generate', silentSeconds: 44.6, canary: up },
        ],
      },
      ['holder-silent', 'children'],
      `generate-0 is held since 03:09:00 UTC by ${host}, which has given no sign of life for 45 s: the queue gives it to another worker once its lock has run out.`,
    ],
  ])('waits for %s', (_what, change, codes, summary) => {
    const explanation = explain(change);
    expect(explanation.summary).toBe(summary);
    expect(explanation.reasons.map(({ code }) => code)).toEqual(codes);
  });

  test('runs, and says beside it what does not', () => {
    const steps = [
      step('ingest-0', done),
      step('ingest-1', done),
      step('generate-0', held),
      step('generate-1', waitFor('provider-circuit-open')),
      step('book'),
    ];
    expect(explain({ steps: steps.filter(({ key }) => !key.endsWith('-1')) }).summary).toBe(
      `Runs: generate-0 is at work since 03:09:00 UTC in ${host}.`,
    );
    expect(explain({ steps, providers: breaker({}) }).summary).toBe(
      `Runs: generate-0 is at work since 03:09:00 UTC in ${host}. But generate-1 cannot go on: waits for the provider gemini: its breaker is open until 03:12:40 UTC.`,
    );
  });

  test('tells one reason for many steps, and which they are', () => {
    const keys = Array.from({ length: 30 }, (_, index) => `${index}`);
    const steps = [
      ...keys.flatMap((key) => [
        step(`ingest-${key}`, done),
        step(`generate-${key}`, waitFor('provider-circuit-open')),
      ]),
      step('book'),
    ];
    const { reasons, steps: told } = explain({ steps, providers: breaker({}) });
    expect(reasons).toMatchObject([
      { code: 'breaker-open', stepCount: 30, until: later(160).toISOString() },
      { code: 'children', message: 'book waits for 30 steps below it.', steps: ['book'] },
    ]);
    expect(reasons[0]?.steps).toHaveLength(20);
    expect(told.filter(({ reason }) => reason === 'breaker-open')).toHaveLength(30);
  });

  test('with nothing left to run is about to settle', () => {
    expect(explain({ steps: [step('book', done)] }).summary).toBe(
      'All its steps have ended: it is about to settle.',
    );
  });
});

describe('a job that has settled', () => {
  const settled = { settledAt: later(-30), enqueuedAt: null } as const;
  test.each<[Change, string, RegExp | null]>([
    [
      {
        job: { ...settled, status: 'succeeded' },
        steps: [step('ingest-0', { status: 'failed' }), step('book', done)],
      },
      'Has succeeded at 03:09:30 UTC, without one step that failed.',
      null,
    ],
    [
      {
        job: {
          ...settled,
          status: 'failed',
          error: { code: 'image-corrupt', message: 'Photo 3 ends early' },
        },
      },
      'Has failed at 03:09:30 UTC: Photo 3 ends early.',
      /save it again, and send that file\. Then run again what failed: POST \/api\/jobs\/job_1\/retry/,
    ],
    [
      {
        job: {
          ...settled,
          status: 'cancelled',
          error: { code: 'deadline-exceeded', message: 'The job was not finished by its deadline' },
        },
      },
      'Was cancelled at 03:09:30 UTC: The job was not finished by its deadline.',
      null,
    ],
  ])('says how it ended', (change, summary, advice) => {
    const explanation = explain(change);
    expect(explanation.summary).toBe(summary);
    expect(explanation.reasons).toEqual([]);
    if (advice === null) expect(explanation.advice).toBeNull();
    else expect(explanation.advice).toMatch(advice);
  });
});

test('shows of each step where it is, how often it was tried, and what went wrong', () => {
  const broken = failure('provider-unavailable');
  const steps = [
    step('ingest-0', { ...done, stage: 'stored' }),
    step('generate-0', { ...held, attempts: 2, losses: 1, throttledMs: 61_000, failures: [broken] }),
    step('book', { failures: Array.from({ length: 12 }, () => broken) }),
  ];
  const { steps: told, cost, progress } = explain({ steps });
  expect(told).toMatchObject([
    { key: 'ingest-0', status: 'succeeded', stage: 'stored', attempt: 1, queue: null, reason: null },
    {
      key: 'generate-0',
      attempt: 3,
      attempts: 4,
      losses: 1,
      throttledMs: 61_000,
      heldBy: host,
      heldSince: later(-60).toISOString(),
      reason: 'running',
      queue: { name: 'generate', jobId: 'step_generate-0-3', generation: 3, state: 'active' },
      failures: [broken],
    },
    { key: 'book', reason: 'children', queue: { state: 'waiting-children' } },
  ]);
  expect(told[2]?.failures).toHaveLength(10);
  expect(progress).toEqual({ done: 1, total: 3 });
  expect(cost).toMatchObject({
    rounds: [{ round: 1, held: 2, captured: null, refunded: null }],
    calls: { made: 1, offline: 0, saved: 2 },
  });
});

test('accounts see no process, no host and no error of the queue', () => {
  const silent = processes.filter((each) => each.part !== 'generate');
  const running = [
    step('ingest-0', done),
    step('generate-0', { ...held, failures: [failure('worker-lost', 'lost')] }),
    step('book'),
  ];
  for (const change of [
    { steps: running },
    { steps: running, processes: silent },
    { queue: { asked: false, problem: 'connect ECONNREFUSED host-9:6379' } },
    { job: queued, queue: { asked: false, problem: 'connect ECONNREFUSED host-9:6379' } },
  ] satisfies Change[]) {
    const text = JSON.stringify(explain(change, 'account'));
    expect(text).not.toMatch(/host-|PRESSROOM_|4711/);
    expect(text).toMatch(/worker|queue/);
  }
  expect(explain({ steps: running, processes: silent }, 'account').summary).toMatch(
    /^generate-0 is held since 03:09:00 UTC by a generate worker, which gives no sign of life/,
  );
});

test('asks the queue for the root, what runs and what can run before anything else', () => {
  const steps = [
    step('ingest-0', done),
    step('ingest-1'),
    step('ingest-2', held),
    step('generate-0'),
    step('generate-1'),
    step('generate-2'),
    step('book'),
  ];
  const keys = (most: number) => stepsToLookUp(steps, most).map(({ key }) => key);
  expect(keys(4)).toEqual(['book', 'ingest-2', 'ingest-1', 'generate-0']);
  expect(keys(40)).toEqual(['book', 'ingest-2', 'ingest-1', 'generate-0', 'generate-1', 'generate-2']);
});
