import { strict as assert } from 'node:assert';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createOperatorClient } from '@pressroom/client';
import {
  appendJobEvent,
  createDispatchStore,
  createEventHints,
  saveWorkerBeats,
  type WorkerBeat,
} from '@pressroom/database';
import { type JobExplanation, silentLog, systemIds } from '@pressroom/domain';
import { buildFlow, lookUpSteps, openQueueBackend, queueJobId } from '@pressroom/queue';
import {
  atTeardown,
  createTestDatabase,
  createTestRedis,
  eventually,
  startFaultProxy,
} from '@pressroom/testing';
import { type ApiUnderTest, operatorToken, startApi } from './api-under-test.ts';
import { png } from './pictures.ts';

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const lookUpLimitMs = 500;

/** An API beside a real queue, behind something that can cut it off. */
async function open(kind: 'redis' | 'postgres') {
  const target = (await (kind === 'redis' ? createTestRedis() : createTestDatabase())).url;
  const proxy = await startFaultProxy({ target });
  const backend = await openQueueBackend({
    redisUrl: kind === 'redis' ? proxy.url : undefined,
    databaseUrl: proxy.url,
    prefix: '{explained}',
    log: silentLog,
  });
  closing.push(async () => {
    await proxy.setMode('pass');
    await backend.close();
  });
  const api = await startApi({
    queueAdmin: {
      queues: backend.queues,
      removeFlow: async () => {},
      lookUp: (steps) => lookUpSteps(backend, steps, lookUpLimitMs),
    },
  });
  const operator = createOperatorClient({ baseUrl: api.url, operatorToken });
  atTeardown(() => operator.close());
  return { api, backend, proxy, operator };
}

async function submit(api: ApiUnderTest): Promise<string> {
  const asset = await api.main.client.uploadAsset(png());
  const job = await api.main.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }, { assetId: asset.id }], style: 'poster', title: 'T' },
  });
  return job.id;
}

const codes = ({ reasons }: JobExplanation) => reasons.map(({ code }) => code);
const stepOf = ({ steps }: JobExplanation, key: string) => steps.find((step) => step.key === key);
const states = ({ steps }: JobExplanation) =>
  Object.fromEntries(steps.map((step) => [step.key, step.queue === null ? null : step.queue.state]));

async function beat(api: ApiUnderTest, ...types: WorkerBeat['type'][]): Promise<void> {
  await saveWorkerBeats(
    api.database.executor,
    types.map((type) => ({
      id: systemIds.next('worker'),
      // As the play's claims name it.
      process: 'worker_1',
      type,
      version: '0',
      host: 'host-1',
      startedAt: new Date(),
      canary: null,
    })),
  );
}

describe.each(['redis', 'postgres'] as const)('on %s', (kind) => {
  test('tells at each point why a job waits, from the record and from the queue as it is', async () => {
    const { api, backend, proxy, operator } = await open(kind);
    const jobId = await submit(api);
    const explain = () => operator.explainJob(jobId);
    expect(await explain()).toMatchObject({ status: 'queued', queue: { asked: true } });
    expect(codes(await explain())).toEqual(['no-dispatcher', 'turn']);
    await beat(api, 'api');
    expect((await explain()).summary).toMatch(/^Is the next one in its turn/);

    const store = createDispatchStore(api.database, createEventHints(api.database, silentLog));
    const [dispatch] = await store.claim({
      windowFlows: 10,
      accountWindowFlows: 10,
      batch: 10,
      leaseMs: 60_000,
    });
    assert(dispatch !== undefined);
    expect(codes(await explain())).toEqual(['enqueueing']);
    const flow = buildFlow(dispatch, {
      deliveries: 3,
      keepCompletedSeconds: 60,
      keepCompletedCount: 10,
      keepFailedSeconds: 60,
      keepFailedCount: 10,
    });
    assert(flow !== undefined);
    await backend.flows.add(flow);
    await store.confirm(jobId, dispatch.generation);
    const admitted = await explain();
    expect(codes(admitted)).toEqual(['no-worker', 'children', 'children']);
    expect(states(admitted)).toEqual({
      'ingest-0': 'waiting',
      'ingest-1': 'waiting',
      'generate-0': 'waiting-children',
      'generate-1': 'waiting-children',
      book: 'waiting-children',
    });
    await beat(api, 'ingest', 'generate', 'pdf');
    expect((await explain()).summary).toBe('2 steps wait for a free ingest worker.');

    await backend.queue('ingest').pause();
    expect(await explain()).toMatchObject({ summary: "Waits because the queue 'ingest' is paused." });
    await backend.queue('ingest').resume();

    const lost = admitted.steps.find(({ key }) => key === 'ingest-1');
    assert(lost !== undefined);
    await backend.queue('ingest').remove(queueJobId(lost.id, 1), { removeChildren: false });
    expect(await explain()).toMatchObject({
      summary: expect.stringMatching(/^The queue has lost ingest-1: /),
      reasons: [{ code: 'lost', steps: ['ingest-1'] }, { code: 'queued', steps: ['ingest-0'] }, {}, {}],
    });

    // Redis or PostgreSQL takes the connection and never answers.
    await proxy.setMode('half-open');
    const begun = performance.now();
    const cutOff = await explain();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(cutOff.queue).toMatchObject({ asked: false, problem: expect.any(String) });
    expect(cutOff.summary).toMatch(/^Waits for the queue, which does not answer/);
    expect(Object.values(states(cutOff))).toEqual([null, null, null, null, null]);
    const mine = await api.main.client.explainJob(jobId);
    expect(mine.queue).toEqual({ asked: false, problem: 'The queue does not answer' });
    await proxy.setMode('pass');
    await eventually(async () => expect((await explain()).queue.asked).toBe(true), { deadlineMs: 30_000 });
  }, 90_000);
});

test('shows who holds a step to the operator, and not to the account; and what it has cost', async () => {
  const api = await startApi();
  const operator = createOperatorClient({ baseUrl: api.url, operatorToken });
  atTeardown(() => operator.close());
  const jobId = await submit(api);
  await api.play.admit(jobId);
  await beat(api, 'ingest');
  await api.play.claim(jobId, 'ingest-0');
  const seen = await operator.explainJob(jobId);
  expect(seen).toMatchObject({ accountId: api.main.id, generation: 1 });
  expect(seen.steps[0]).toMatchObject({ status: 'running', heldBy: 'worker_1', reason: 'running' });
  expect(seen.steps[0]?.heldSince).not.toBeNull();
  const mine = await api.main.client.explainJob(jobId);
  expect(JSON.stringify(mine)).not.toMatch(/worker_1|accountId|acct_/);
  expect(mine.steps[0]).toMatchObject({ status: 'running', heldBy: null, reason: 'running' });
  expect(mine.cost.rounds).toEqual([{ round: 1, held: 3, captured: null, refunded: null }]);

  await api.play.fail(jobId, 'ingest-1', { code: 'image-corrupt', message: 'The photo ends early' });
  await api.main.client.retryJob(jobId);
  const retried = await operator.explainJob(jobId);
  expect(retried.cost.rounds).toEqual([
    { round: 1, held: 3, captured: 0, refunded: 3 },
    { round: 2, held: 3, captured: null, refunded: null },
  ]);
  expect(stepOf(retried, 'ingest-1')).toMatchObject({
    failures: [{ code: 'image-corrupt', worker: 'worker_1' }],
    deadLetterId: expect.stringMatching(/^dead_/),
  });
  const own = await api.main.client.explainJob(jobId);
  expect(stepOf(own, 'ingest-1')).toMatchObject({ failures: [{ worker: null }], deadLetterId: null });
});

test('accounts do not read in the events of a job which process was lost', async () => {
  const api = await startApi();
  const jobId = await submit(api);
  const data = { stepId: 'step_1', step: 'ingest-0', worker: 'ingest-worker@host-7:4711' };
  await appendJobEvent(api.database.executor, jobId, 'step.lost', data);
  const headers = { Accept: 'application/json' };
  const text = await (await api.call(`/api/jobs/${jobId}/events`, { headers })).text();
  expect(text).toContain('"data":{"step":"ingest-0","stepId":"step_1"}');
  expect(text).not.toContain('host-7');
});

test("is there for an account's own jobs only, and for people as a page", async () => {
  const api = await startApi();
  const jobId = await submit(api);
  const other = await api.openAccount();
  const path = `/api/jobs/${jobId}/explanation`;
  expect((await api.call(path)).status).toBe(200);
  expect(await api.problem(path, { key: other.key })).toMatchObject({ status: 404 });
  const admin = `/api/admin/jobs/${jobId}/explanation`;
  expect(await api.problem(admin)).toMatchObject({ status: 401 });
  expect(await api.problem('/api/admin/jobs/job_none/explanation', { key: operatorToken })).toMatchObject({
    status: 404,
  });
  const page = await api.call(admin, { key: operatorToken, headers: { Accept: 'text/html' } });
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  const text = await page.text();
  expect(text).toContain(jobId);
  expect(text).toContain('Waits for the queue, which does not answer');
});
