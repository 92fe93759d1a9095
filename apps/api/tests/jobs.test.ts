import { beforeAll, expect, test } from '@jest/globals';
import type { Job, JobRequest } from '@pressroom/domain';
import { type ApiUnderTest, bodyOf, startApi } from './api-under-test.ts';
import { waitUntilSubscribed } from './hints.ts';
import { png } from './pictures.ts';

let api: ApiUnderTest;
let photo = '';
beforeAll(async () => {
  api = await startApi();
  photo = (await api.main.client.uploadAsset(png(5))).id;
});

function book(change: Omit<Partial<JobRequest>, 'input'> & { input?: object } = {}): JobRequest {
  const { input, ...rest } = change;
  return {
    kind: 'picture-book',
    input: { photos: [{ assetId: photo }], style: 'poster', title: 'Holidays', ...input },
    ...rest,
  } as JobRequest;
}

function submit(body: unknown, headers: Record<string, string> = {}, key = api.main.key) {
  return {
    method: 'POST',
    key,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

test('accepts a job: recorded, price held, dispatcher told', async () => {
  const nudges = api.nudges();
  const before = await api.main.client.account();
  const response = await api.call(
    '/api/jobs',
    submit(book({ metadata: { order: '17' }, onItemFailure: 'skip', priority: 5 }), {
      'X-Request-Id': 'caller-0001',
    }),
  );
  expect(response.status).toBe(202);
  expect(response.headers.get('x-request-id')).toBe('caller-0001');
  const job = await bodyOf<Job>(response);
  expect(response.headers.get('location')).toBe(`/api/jobs/${job.id}`);
  expect(job).toMatchObject({
    kind: 'picture-book',
    status: 'queued',
    priority: 5,
    onItemFailure: 'skip',
    metadata: { order: '17' },
    requestId: 'caller-0001',
    cost: { held: 2, captured: null, refunded: null },
    progress: { done: 0, total: 3 },
    output: null,
    input: { pageSize: 'A4', language: 'en' },
  });
  expect(job.steps.map((step) => step.key)).toEqual(['ingest-0', 'generate-0', 'book']);
  expect(api.nudges()).toBe(nudges + 1);
  expect((await api.main.client.account()).balance).toBe(before.balance - 2);
});

test('keeps the deadline, and a repeated request finds the same job', async () => {
  const deadline = new Date(Date.now() + 3_600_000).toISOString();
  const request = submit(book({ deadline }), { 'Idempotency-Key': 'with-a-deadline' });
  const job = await bodyOf<Job>(await api.call('/api/jobs', request));
  expect(job.deadline).toBe(deadline);
  const again = await api.call('/api/jobs', request);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await bodyOf<Job>(again)).id).toBe(job.id);
});

test('says where a waiting job stands and when its turn comes; nothing of one that has ended or is to wait', async () => {
  const own = await api.openAccount();
  const photos = [{ assetId: (await own.client.uploadAsset(png(5))).id }];
  const priority = 100;
  const first = await own.client.submitJob(book({ input: { photos }, priority }));
  const second = await own.client.submitJob(book({ input: { photos }, priority }));
  const later = await own.client.submitJob(
    book({ input: { photos }, priority, delayUntil: new Date(Date.now() + 3_600_000).toISOString() }),
  );
  expect(second.queue?.position).toBe((first.queue?.position ?? 0) + 1);
  expect(second.queue).toHaveProperty('etaSeconds');
  expect(later.queue).toBeNull();
  await own.client.cancelJob(first.id);
  expect((await own.client.getJob(first.id)).queue).toBeNull();
  expect((await own.client.getJob(second.id)).queue?.position).toBe(first.queue?.position);
});

test('shows each step with its stages, and the document at the end', async () => {
  const job = await api.main.client.submitJob(book({ input: { title: 'Zürich – “été”' } }));
  expect(await api.problem(job.links.output)).toMatchObject({ code: 'output-not-ready', status: 409 });
  await api.play.succeed(job.id, Buffer.from('%PDF-1.7 0123456789'));
  const done = await api.main.client.getJob(job.id);
  expect(done).toMatchObject({
    status: 'succeeded',
    progress: { done: 3, total: 3 },
    cost: { held: 2, captured: 2, refunded: 0 },
    output: { pages: 3, mediaType: 'application/pdf', bytes: 19 },
  });
  expect(done.steps.map((step) => [step.status, step.attempt])).toEqual(Array(3).fill(['succeeded', 1]));
  const pdf = await api.call(job.links.output);
  expect(pdf.headers.get('content-disposition')).toBe(
    `inline; filename="Zurich _ _ete_.pdf"; filename*=UTF-8''Z%C3%BCrich%20%E2%80%93%20%E2%80%9C%C3%A9t%C3%A9%E2%80%9D.pdf`,
  );
  expect(await pdf.text()).toBe('%PDF-1.7 0123456789');
});

test('tells why a job failed, with title and advice', async () => {
  const job = await api.main.client.submitJob(book());
  await api.play.fail(job.id, 'ingest-0', { code: 'image-corrupt', message: 'Photo 1 is cut off' });
  expect(await api.main.client.getJob(job.id)).toMatchObject({
    status: 'failed',
    cost: { captured: 0, refunded: 2 },
    error: { code: 'image-corrupt', detail: 'Photo 1 is cut off', title: 'The picture is damaged' },
  });
});

test('gives the same job for the same Idempotency-Key, and tells so', async () => {
  const first = await api.call('/api/jobs', submit(book(), { 'Idempotency-Key': 'k-1' }));
  // Keys in another order and defaults written out are the same request.
  const again = await api.call(
    '/api/jobs',
    submit(
      {
        metadata: {},
        input: { title: 'Holidays', style: 'poster', photos: [{ caption: '', assetId: photo }] },
        kind: 'picture-book',
      },
      { 'Idempotency-Key': 'k-1' },
    ),
  );
  expect([first.status, again.status]).toEqual([202, 202]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await bodyOf<Job>(again)).id).toBe((await bodyOf<Job>(first)).id);
  expect(
    await api.problem('/api/jobs', submit(book({ priority: 1 }), { 'Idempotency-Key': 'k-1' })),
  ).toMatchObject({ code: 'idempotency-key-reused', status: 409 });
  const other = await api.openAccount();
  const asset = await other.client.uploadAsset(png(5));
  const theirs = await other.client.submitJob(book({ input: { photos: [{ assetId: asset.id }] } }), {
    idempotencyKey: 'k-1',
  });
  expect(theirs.status).toBe('queued');
});

test('makes one job of fifty parallel submissions with one key', async () => {
  const account = await api.openAccount(100);
  const asset = await account.client.uploadAsset(png(6));
  const request = book({ input: { photos: [{ assetId: asset.id }] } });
  const jobs = await Promise.all(
    Array.from({ length: 50 }, () => account.client.submitJob(request, { idempotencyKey: 'one' })),
  );
  expect(new Set(jobs.map((job) => job.id)).size).toBe(1);
  expect((await account.client.account()).balance).toBe(98);
}, 30_000);

test('waits as long as it is asked to, and answers 200 as soon as the job settles', async () => {
  const created = await api.main.client.submitJob(book());
  const waiting = api.call(`/api/jobs/${created.id}`, { headers: { Prefer: 'respond-async, wait=30' } });
  await waitUntilSubscribed(api.database);
  await api.play.succeed(created.id);
  const response = await waiting;
  expect(response.headers.get('preference-applied')).toBe('wait=30');
  expect((await bodyOf<Job>(response)).status).toBe('succeeded');

  const replay = await api.call('/api/jobs', submit(book(), { 'Idempotency-Key': 'w', Prefer: 'wait=0' }));
  expect(replay.status).toBe(202);
  expect(replay.headers.get('preference-applied')).toBe('wait=0');
  await api.play.succeed((await bodyOf<Job>(replay)).id);
  const settled = await api.call('/api/jobs', submit(book(), { 'Idempotency-Key': 'w', Prefer: 'wait=600' }));
  expect(settled.status).toBe(200);
  expect(settled.headers.get('preference-applied')).toBe('wait=60');
});

test('refuses what the fonts cannot print, naming the field', async () => {
  const photos = [{ assetId: photo }, { assetId: photo, caption: 'दिल्ली' }];
  expect(await api.problem('/api/jobs', submit(book({ input: { photos, title: 'Ok' } })))).toMatchObject({
    code: 'unsupported-script',
    status: 422,
    errors: [{ path: '/input/photos/1/caption', code: 'unsupported-script' }],
  });
});

test('refuses a free prompt while nobody can follow it', async () => {
  const body = book({ input: { style: undefined, prompt: 'as a stained-glass window' } });
  expect(await api.problem('/api/jobs', submit(body))).toMatchObject({
    code: 'prompt-needs-provider',
    errors: [{ path: '/input/prompt' }],
  });
});

test('accepts a free prompt where an online provider is set up', async () => {
  const online = await startApi({ env: { GEMINI_API_KEY: 'a-key-for-tests' } });
  const asset = await online.main.client.uploadAsset(png());
  const job = await online.main.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }], prompt: 'as a stained-glass window', title: 'T' },
  });
  expect(job.status).toBe('queued');
});

test.each([
  ['no JSON', '{"kind":', undefined],
  ['no body', '', undefined],
  ['a JSON value that is no object', '"picture-book"', ''],
  ['an unknown kind', { kind: 'novel', input: {} }, '/kind'],
  ['an unknown field', { ...book(), colour: 'red' }, ''],
  ['an unknown field of the input', book({ input: { colour: 'red' } }), '/input'],
  ['a priority beyond 100', book({ priority: 101 }), '/priority'],
  ['a moment that is none', book({ delayUntil: 'tomorrow' }), '/delayUntil'],
  ['a deadline that is no moment', book({ deadline: 'tomorrow' }), '/deadline'],
  [
    'a deadline before the delay is over',
    book({ deadline: '2031-01-01T00:00:00+02:00', delayUntil: '2030-12-31T22:00:00Z' }),
    '/deadline',
  ],
  [
    'too much metadata',
    book({ metadata: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 'v'])) }),
    '/metadata',
  ],
  ['style and prompt together', book({ input: { prompt: 'as a poster' } }), '/input/style'],
  ['text with NUL', book({ metadata: { note: 'a\u0000b' } }), '/metadata/note'],
  ['text with a lone surrogate', '{"kind":"picture-book","metadata":{"note":"\\ud800"}}', '/metadata/note'],
])('refuses %s', async (_name, body, path) => {
  const problem = await api.problem('/api/jobs', submit(body));
  expect(problem).toMatchObject({ code: 'invalid-request', status: 400, type: '/problems/invalid-request' });
  if (path !== undefined) expect(problem.errors?.map((error) => error.path)).toContain(path);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\bat .*:\d+/);
});

test.each(['2020-01-01T00:00:00Z', '9999-01-01T00:00:00Z'])(
  'refuses the deadline %s and holds nothing',
  async (deadline) => {
    const before = await api.main.client.account();
    expect(await api.problem('/api/jobs', submit(book({ deadline })))).toMatchObject({
      code: 'invalid-request',
      status: 400,
      errors: [{ path: '/deadline' }],
    });
    expect((await api.main.client.account()).balance).toBe(before.balance);
  },
);

test('names the photos that are not there or not pictures', async () => {
  const other = await api.openAccount();
  const foreign = await other.client.uploadAsset(png(5));
  const photos = [{ assetId: photo }, { assetId: foreign.id }, { assetId: 'asset_none' }];
  expect(await api.problem('/api/jobs', submit(book({ input: { photos } })))).toMatchObject({
    code: 'invalid-request',
    errors: [{ path: '/input/photos/1/assetId' }, { path: '/input/photos/2/assetId' }],
  });
});

test('refuses a job that costs more than the account has', async () => {
  const poor = await api.openAccount(1);
  const asset = await poor.client.uploadAsset(png(5));
  const body = book({ input: { photos: [{ assetId: asset.id }] } });
  expect(await api.problem('/api/jobs', submit(body, {}, poor.key))).toMatchObject({
    code: 'insufficient-credits',
    status: 402,
    facts: { price: 2 },
  });
  expect((await poor.client.account()).balance).toBe(1);
});

test('cancels a job once, refunds it, takes its flow out of the queue', async () => {
  const job = await api.main.client.submitJob(book());
  const cancelled = await api.main.client.cancelJob(job.id);
  expect(cancelled).toMatchObject({ status: 'cancelled', cost: { captured: 0, refunded: 2 } });
  expect(api.removedFlows).toContain(job.id);
  expect((await api.main.client.cancelJob(job.id)).status).toBe('cancelled');
  const done = await api.main.client.submitJob(book());
  await api.play.succeed(done.id);
  expect(await api.problem(done.links.cancel, { method: 'POST' })).toMatchObject({
    code: 'job-not-cancellable',
    status: 409,
  });
});

test.each([
  ['refuses', () => Promise.reject(new Error('no queue'))],
  ['never answers', () => new Promise<never>(() => {})],
])('cancels also while the queue %s', async (_what, removeFlow) => {
  const lone = await startApi({
    queueAdmin: { queues: [], removeFlow, lookUp: async () => ({ asked: false, problem: 'no queue' }) },
  });
  const asset = await lone.main.client.uploadAsset(png());
  const job = await lone.main.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }], style: 'poster', title: 'T' },
  });
  expect((await lone.main.client.cancelJob(job.id)).status).toBe('cancelled');
});

test('lists jobs newest first, page by page, filtered', async () => {
  const account = await api.openAccount();
  const asset = await account.client.uploadAsset(png(5));
  const request = book({ input: { photos: [{ assetId: asset.id }] } });
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.unshift((await account.client.submitJob(request)).id);
  await account.client.cancelJob(ids[1] ?? '');

  const page = await api.call('/api/jobs?limit=2&kind=picture-book', { key: account.key });
  const { nextCursor } = (await page.json()) as { nextCursor: string };
  expect(page.headers.get('link')).toBe(
    `</api/jobs?limit=2&kind=picture-book&cursor=${nextCursor}>; rel="next"`,
  );
  const all: string[] = [];
  for await (const job of account.client.listJobs({ limit: 2 })) all.push(job.id);
  expect(all).toEqual(ids);
  const cancelled: string[] = [];
  for await (const job of account.client.listJobs({ status: 'cancelled' })) cancelled.push(job.id);
  expect(cancelled).toEqual([ids[1]]);
  for (const query of [
    'limit=0',
    'limit=101',
    'limit=x',
    'cursor=zzz',
    'status=odd',
    'colour=red',
    'limit=1&limit=2',
  ]) {
    expect(await api.problem(`/api/jobs?${query}`, { key: account.key })).toMatchObject({
      code: 'invalid-request',
    });
  }
  // A cursor of another list is none of this one.
  const ledger = await api.call('/api/account/ledger?limit=1', { key: account.key });
  const foreign = ((await ledger.json()) as { nextCursor: string }).nextCursor;
  expect(await api.problem(`/api/jobs?cursor=${foreign}`, { key: account.key })).toMatchObject({
    status: 400,
  });
});

test('shows the whole ledger, as pages and as CSV', async () => {
  const account = await api.openAccount(50);
  const asset = await account.client.uploadAsset(png(5));
  const job = await account.client.submitJob(book({ input: { photos: [{ assetId: asset.id }] } }));
  await account.client.cancelJob(job.id);
  const entries = [];
  for await (const entry of account.client.ledger())
    entries.push([entry.kind, entry.delta, entry.balanceAfter]);
  expect(entries).toEqual([
    ['refund', 2, 50],
    ['capture', 0, 48],
    ['hold', -2, 48],
    ['grant', 50, 50],
  ]);
  await api.call(`/api/admin/accounts/${account.id}/grants`, {
    ...submit({ credits: 1, reason: '=1+1, "so"' }, {}, 'operator-token-for-tests'),
  });
  const csv = await api.call('/api/account/ledger', { key: account.key, headers: { Accept: 'text/csv' } });
  const lines = (await csv.text()).split('\r\n');
  expect(lines[0]).toBe('id,createdAt,kind,amount,delta,balanceAfter,jobId,reason');
  expect(lines[1]).toMatch(/,grant,1,1,51,,"'=1\+1, ""so"""$/);
  expect(lines).toHaveLength(7);
});
