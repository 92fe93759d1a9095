import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import type { JobExplanation } from '@pressroom/domain';
import { atTeardown, temporaryFolder } from '@pressroom/testing';
import { runDeadLetterList, runDeadLetterReplay, runDeadLetterShow } from '../src/commands/dead-letters.ts';
import { runInspect } from '../src/commands/inspect.ts';

const host = 'generate-worker@host-7:4711';
const at = '2026-11-26T03:10:00.000Z';

const step = (key: string, change: Partial<JobExplanation['steps'][number]> = {}) =>
  ({
    id: `step_${key}`,
    key,
    handler: 'generate-picture',
    worker: 'generate',
    status: 'pending',
    stage: null,
    attempt: 0,
    attempts: 4,
    losses: 0,
    throttledMs: 0,
    retryAt: null,
    heldBy: null,
    heldSince: null,
    reason: null,
    queue: null,
    failures: [],
    deadLetterId: null,
    ...change,
  }) satisfies JobExplanation['steps'][number];

const queueOf = (state: 'active' | 'delayed') => ({
  name: 'generate',
  jobId: 'step_x-3',
  generation: 3,
  state,
});

const explanation: JobExplanation = {
  jobId: 'job_1',
  accountId: 'acct_1',
  kind: 'picture-book',
  status: 'running',
  generation: 3,
  round: 2,
  at,
  summary: 'Waits for the provider gemini: its breaker is open until 03:12:40 UTC.',
  advice: 'See the errors of the steps.',
  reasons: [
    {
      code: 'breaker-open',
      message: 'Waits for the provider gemini: its breaker is open until 03:12:40 UTC.',
      until: '2026-11-26T03:12:40.000Z',
      steps: ['generate-1', 'generate-2', 'generate-3', 'generate-4'],
      stepCount: 9,
      advice: null,
    },
    {
      code: 'children',
      message: 'book waits for 10 steps below it.',
      until: null,
      steps: ['book'],
      stepCount: 1,
      advice: null,
    },
  ],
  queue: { asked: true, problem: null },
  createdAt: at,
  delayUntil: null,
  deadline: null,
  admittedAt: at,
  enqueuedAt: at,
  settledAt: null,
  progress: { done: 1, total: 12 },
  steps: [
    step('ingest-0', { status: 'succeeded', attempt: 1 }),
    step('generate-0', {
      status: 'running',
      attempt: 2,
      losses: 1,
      heldBy: host,
      heldSince: at,
      queue: queueOf('active'),
    }),
    step('generate-1', {
      throttledMs: 61_000,
      retryAt: '2026-11-26T03:12:41.000Z',
      queue: queueOf('delayed'),
      failures: [
        {
          kind: 'throttled',
          round: 2,
          attempt: 1,
          code: 'provider-circuit-open',
          message: 'Left alone',
          worker: host,
          at,
        },
      ],
    }),
  ],
  cost: {
    rounds: [
      { round: 1, held: 11, captured: 0, refunded: 11 },
      { round: 2, held: 11, captured: null, refunded: null },
    ],
    calls: { made: 5, offline: 0, saved: 1 },
    tokens: { input: 10, output: 20 },
  },
};

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atTeardown(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const giving =
  (body: unknown, seen: string[] = [], status = 200): RequestListener =>
  (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };

class Screen {
  text = '';
  readonly isTTY: boolean;
  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }
  write = (piece: string | Uint8Array): boolean => {
    this.text += String(piece);
    return true;
  };
}

const options = (url: string, output: Screen, token: string | undefined = 'operator-token') => ({
  url,
  output,
  jobId: 'job_1',
  projectFolder: '/nowhere',
  environment: { PRESSROOM_OPERATOR_TOKEN: token },
  signal: new AbortController().signal,
});

test('prints the sentence first, then why, the steps and the cost, column below column', async () => {
  const screen = new Screen();
  await runInspect(options(await serve(giving(explanation)), screen));
  expect(screen.text).toBe(`job_1  running  picture-book, generation 3, round 2, acct_1

Waits for the provider gemini: its breaker is open until 03:12:40 UTC.
See the errors of the steps.

Why
  breaker-open  generate-1, generate-2, generate-3 and 6 more  until 03:12:40  Waits for the provider gemini: its breaker is open until 03:12:40 UTC.
  children      book                                                           book waits for 10 steps below it.

Steps  1 of 12 have ended
  step        status   attempt  stage  queue    lost  waited  held by                                     last error
  generate-0  running  2/4      –      active   1     –       generate-worker@host-7:4711 since 03:10:00
  generate-1  pending  0/4      –      delayed  –     61 s    not before 03:12:41                         03:10:00 provider-circuit-open: Left alone
  1 more have succeeded (--all shows them)

Cost
  round 1  held 11  captured 0  refunded 11
  round 2  held 11  captured –  refunded –
  calls    made 5   offline 0   saved 1      tokens 10 in, 20 out

Times
  now           2026-11-26T03:10:00.000Z
  submitted     2026-11-26T03:10:00.000Z
  admitted      2026-11-26T03:10:00.000Z
  in the queue  2026-11-26T03:10:00.000Z
`);
});

test('colours a terminal and nothing else, and keeps the columns below each other', async () => {
  const url = await serve(giving(explanation));
  const terminal = new Screen(true);
  await runInspect(options(url, terminal));
  const plain = new Screen();
  await runInspect(options(url, plain));
  expect(terminal.text).toContain('\u001b[36mrunning\u001b[39m');
  expect(stripVTControlCharacters(terminal.text)).toBe(plain.text);
  const refused = new Screen(true);
  await runInspect({
    ...options(url, refused),
    environment: { PRESSROOM_OPERATOR_TOKEN: 'x', NO_COLOR: '1' },
  });
  expect(refused.text).toBe(plain.text);
});

test('prints JSON for programs as it came, coloured by nobody', async () => {
  const screen = new Screen(true);
  await runInspect({ ...options(await serve(giving(explanation)), screen), json: true });
  expect(JSON.parse(screen.text)).toEqual(explanation);
});

test('asks as operator with the token, and as the account of a key without', async () => {
  const seen: string[] = [];
  const url = await serve(giving(explanation, seen));
  const { path } = await temporaryFolder();
  const keyFile = join(path, 'key');
  await writeFile(keyFile, 'prk_mine\n');
  await runInspect(options(url, new Screen()));
  await runInspect({ ...options(url, new Screen()), keyFile });
  await writeFile(join(path, 'api-key'), 'prk_first\n');
  await runInspect({
    ...options(url, new Screen()),
    environment: {},
    projectFolder: '/',
    keyFile: join(path, 'api-key'),
  });
  expect(seen).toEqual([
    'GET /api/admin/jobs/job_1/explanation Bearer operator-token',
    'GET /api/jobs/job_1/explanation Bearer prk_mine',
    'GET /api/jobs/job_1/explanation Bearer prk_first',
  ]);
  await expect(runInspect({ ...options(url, new Screen()), environment: {} })).rejects.toThrow(
    'There is no API key in /nowhere/.data/api-key. Set PRESSROOM_OPERATOR_TOKEN',
  );
});

test('says what the server says, and what to do about it', async () => {
  const problem = {
    code: 'not-found',
    title: 'There is no such thing here',
    detail: 'There is no job job_1',
    advice: 'Check the id.',
  };
  const url = await serve(giving(problem, [], 404));
  await expect(runInspect(options(url, new Screen()))).rejects.toThrow(
    'There is no such thing here: There is no job job_1. Check the id.',
  );
});

const letter = {
  id: 'dead_1',
  accountId: 'acct_1',
  jobId: 'job_1',
  stepId: 'step_1',
  kind: 'picture-book',
  step: 'ingest-3',
  handler: 'ingest-image',
  worker: 'ingest',
  itemIndex: 3,
  round: 1,
  generation: 1,
  error: { code: 'image-corrupt', title: 'Damaged', detail: 'It ends early', advice: 'Send it again.' },
  createdAt: at,
  replayedAt: null,
  replayedBy: null,
  links: { self: '', replay: '', job: '' },
};

test('lists dead letters over pages up to the limit, shows one, and replays it', async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    if (pathname === '/api/admin/dead-letters') {
      giving(
        {
          data: [letter, { ...letter, id: 'dead_0' }],
          nextCursor: searchParams.has('cursor') ? null : 'next',
        },
        seen,
      )(request, response);
    } else if (request.method === 'POST') {
      giving({ deadLetter: letter, steps: 3, round: 2, held: 4 }, seen, 202)(request, response);
    } else {
      const failures = [
        {
          kind: 'gave-up',
          round: 1,
          attempt: 1,
          code: 'image-corrupt',
          message: 'It ends early',
          worker: host,
          at,
        },
      ];
      const logs = [{ at, level: 'info', message: 'Reading', fields: { bytes: 5 } }];
      giving({ ...letter, input: { index: 3 }, failures, logs }, seen)(request, response);
    }
  });
  const screen = new Screen();
  const shared = options(url, screen);
  await runDeadLetterList(shared, { state: 'open', code: 'image-corrupt' }, 3);
  expect(screen.text).toBe(`id      gave up              step      job    account  error          state
dead_1  2026-11-26T03:10:00  ingest-3  job_1  acct_1   image-corrupt  open
dead_0  2026-11-26T03:10:00  ingest-3  job_1  acct_1   image-corrupt  open
dead_1  2026-11-26T03:10:00  ingest-3  job_1  acct_1   image-corrupt  open
`);
  screen.text = '';
  await runDeadLetterShow(shared, 'dead_1');
  expect(screen.text).toContain('image-corrupt: It ends early\nSend it again.\n');
  expect(screen.text).toContain(`  ${at}  gave-up  attempt 1  image-corrupt  It ends early  ${host}\n`);
  expect(screen.text).toContain(`  ${at} info  Reading {"bytes":5}\n`);
  screen.text = '';
  await runDeadLetterReplay(shared, 'dead_1');
  expect(screen.text).toBe(
    'job_1 runs 3 steps again, in round 2. 4 credits are held again, as they had been given back.\n',
  );
  expect(seen).toEqual([
    'GET /api/admin/dead-letters?state=open&code=image-corrupt&limit=3 Bearer operator-token',
    'GET /api/admin/dead-letters?state=open&code=image-corrupt&limit=3&cursor=next Bearer operator-token',
    'GET /api/admin/dead-letters/dead_1 Bearer operator-token',
    'POST /api/admin/dead-letters/dead_1/replay Bearer operator-token',
  ]);
  await expect(runDeadLetterShow({ ...shared, environment: {} }, 'dead_1')).rejects.toThrow(
    'PRESSROOM_OPERATOR_TOKEN',
  );
});
