import { beforeAll, expect, test } from '@jest/globals';
import { createPressroomClient } from '@pressroom/client';
import type { WireJobEvent } from '@pressroom/domain';
import { eventually, startFaultProxy } from '@pressroom/testing';
import { type ApiUnderTest, bodyOf, startApi } from './api-under-test.ts';
import { waitUntilSubscribed } from './hints.ts';
import { png } from './pictures.ts';
import { openRaw } from './raw-request.ts';

let api: ApiUnderTest;
let photo = '';
beforeAll(async () => {
  api = await startApi({ timing: { heartbeatMs: 50, streamRetryMs: 20, streamsPerAccount: 3 } });
  photo = (await api.main.client.uploadAsset(png(5))).id;
  await waitUntilSubscribed(api.database);
});

async function newJob(): Promise<string> {
  const job = await api.main.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: photo }], style: 'poster', title: 'Events' },
  });
  return job.id;
}

const whole = [
  'job.queued',
  'job.running',
  'step.started',
  'step.succeeded',
  'step.started',
  'step.succeeded',
  'step.started',
  'step.succeeded',
  'job.succeeded',
];

/** Follows in the background; `seen` grows as events come. */
function follow(jobId: string, client = api.main.client, after?: number) {
  const seen: WireJobEvent[] = [];
  const ended = (async () => {
    for await (const event of client.jobEvents(jobId, after === undefined ? {} : { after })) seen.push(event);
  })();
  ended.catch(() => {});
  return { seen, ended };
}

test('replays from the first event, goes on live, and ends with the job', async () => {
  const jobId = await newJob();
  const { seen, ended } = follow(jobId);
  await eventually(() => seen.length === 1);
  await api.play.admit(jobId);
  await eventually(() => seen.length === 2);
  await api.play.succeed(jobId);
  await ended;
  expect(seen.map((event) => event.type)).toEqual(whole);
  expect(seen.map((event) => event.sequence)).toEqual(whole.map((_, index) => index + 1));
  expect(seen[2]?.data).toMatchObject({ step: 'ingest-0' });
});

test('resumes without a gap or a repeat after a restart of the API, also for what happened meanwhile', async () => {
  const jobId = await newJob();
  await api.play.admit(jobId);
  const { seen, ended } = follow(jobId);
  await eventually(() => seen.length === 2);
  await api.restart(() => api.play.finish(jobId, 'ingest-0'));
  await eventually(() => seen.length === 4);
  await api.play.succeed(jobId).catch(() => {});
  await api.main.client.cancelJob(jobId);
  await ended;
  expect(seen.map((event) => event.sequence)).toEqual(seen.map((_, index) => index + 1));
  expect(seen.at(-1)?.type).toBe('job.cancelled');
});

test('resumes when the connection is cut in the middle of the stream', async () => {
  const proxy = await startFaultProxy({ target: api.url });
  const client = createPressroomClient({ baseUrl: proxy.url, apiKey: api.main.key });
  const jobId = await newJob();
  const { seen, ended } = follow(jobId, client);
  await eventually(() => seen.length === 1);
  proxy.cutConnections();
  await api.play.succeed(jobId);
  await ended;
  expect(seen.map((event) => event.type)).toEqual(whole);
  await client.close();
});

test('waits for a job, telling what happens', async () => {
  const jobId = await newJob();
  const types: string[] = [];
  const waiting = api.main.client.waitForJob(jobId, { onEvent: (event) => types.push(event.type) });
  await eventually(() => types.length === 1);
  await api.play.fail(jobId, 'ingest-0', { code: 'image-corrupt', message: 'cut off' });
  expect((await waiting).status).toBe('failed');
  expect(types).toEqual(['job.queued', 'job.running', 'step.started', 'step.failed', 'job.failed']);
});

test('tells of a cancel at once', async () => {
  const jobId = await newJob();
  const { seen, ended } = follow(jobId);
  await eventually(() => seen.length === 1);
  await api.main.client.cancelJob(jobId);
  await ended;
  expect(seen.map((event) => event.type)).toEqual(['job.queued', 'job.cancelled']);
});

test('writes the standard form: retry, id, event, data, signs of life', async () => {
  const jobId = await newJob();
  const raw = await openRaw(api.url);
  let text = '';
  raw.socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  raw.write(
    `GET /api/jobs/${jobId}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.main.key}\r\n\r\n`,
  );
  await eventually(() => text.includes(': still here'));
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text).toContain('Content-Type: text/event-stream; charset=utf-8');
  expect(text).toMatch(/retry: 20\n\n/);
  expect(text).toMatch(/id: 1\nevent: job\.queued\ndata: \{"sequence":1,"type":"job\.queued",.*\}\n\n/);
  raw.socket.destroy();
});

test('starts after Last-Event-ID or ?after, and answers 204 when nothing can follow', async () => {
  const jobId = await newJob();
  await api.play.succeed(jobId);
  const path = `/api/jobs/${jobId}/events`;
  const ids = async (url: string, headers: Record<string, string> = {}) =>
    [...(await (await api.call(url, { headers })).text()).matchAll(/^id: (\d+)$/gm)].map((found) =>
      Number(found[1]),
    );
  expect(await ids(`${path}?after=7`)).toEqual([8, 9]);
  expect(await ids(`${path}?after=2`, { 'Last-Event-ID': '8' })).toEqual([9]);
  expect((await api.call(path, { headers: { 'Last-Event-ID': '9' } })).status).toBe(204);
  expect((await api.call(`${path}?after=99`)).status).toBe(204);
  expect(await api.problem(`${path}?after=-1`)).toMatchObject({ code: 'invalid-request' });
  expect(await api.problem(path, { headers: { 'Last-Event-ID': 'x' } })).toMatchObject({
    code: 'invalid-request',
  });
  const seen: number[] = [];
  for await (const event of api.main.client.jobEvents(jobId, { after: 9 })) seen.push(event.sequence);
  expect(seen).toEqual([]);
});

test('a number that was never given out does not make a stream miss the end', async () => {
  const jobId = await newJob();
  const streaming = api.call(`/api/jobs/${jobId}/events?after=500`);
  const response = await streaming;
  await api.play.succeed(jobId);
  expect(await response.text()).toContain('event: job.succeeded');
});

test('lists events as JSON where that is asked for', async () => {
  const jobId = await newJob();
  await api.play.succeed(jobId);
  const list = async (query: string) =>
    await bodyOf<{ complete: boolean }>(
      await api.call(`/api/jobs/${jobId}/events?${query}`, { headers: { Accept: 'application/json' } }),
    );
  expect(await list('limit=2')).toMatchObject({ complete: false, data: [{ sequence: 1 }, { sequence: 2 }] });
  expect((await list('after=2')).complete).toBe(true);
  expect(await api.problem(`/api/jobs/${jobId}/events`, { headers: { Accept: 'image/png' } })).toMatchObject({
    code: 'not-acceptable',
    status: 406,
  });
});

test('lets an account hold only so many streams open', async () => {
  const jobId = await newJob();
  const open = await Promise.all([1, 2, 3].map(() => api.call(`/api/jobs/${jobId}/events`)));
  expect(await api.problem(`/api/jobs/${jobId}/events`)).toMatchObject({ code: 'rate-limited', status: 429 });
  for (const response of open) await response.body?.cancel();
  await eventually(async () => {
    const response = await api.call(`/api/jobs/${jobId}/events`);
    await response.body?.cancel();
    return response.status === 200;
  });
});

test("ends a stream that has lived long enough, and the reader doesn't notice", async () => {
  const brief = await startApi({ timing: { streamLifetimeMs: 30, streamRetryMs: 5 } });
  await waitUntilSubscribed(brief.database);
  const asset = await brief.main.client.uploadAsset(png());
  const job = await brief.main.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }], style: 'poster', title: 'T' },
  });
  const { seen, ended } = follow(job.id, brief.main.client);
  const first = await (await brief.call(`/api/jobs/${job.id}/events`)).text();
  expect(first).toContain('event: job.queued');
  await brief.play.succeed(job.id);
  await ended;
  expect(seen.map((event) => event.type)).toEqual(whole);
});

test('lets a reader go that takes nothing', async () => {
  const slow = await startApi({ timing: { streamStallMs: 100 } });
  const asset = await slow.main.client.uploadAsset(png());
  const job = await slow.main.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }], style: 'poster', title: 'T' },
  });
  // 40 MB of events: more than all socket buffers.
  await slow.database.executor.execute(
    `select append_job_event('${job.id}', 'step.progress', jsonb_build_object('filler', repeat('x', 200000))) from generate_series(1, 200)`,
  );
  const raw = await openRaw(slow.url);
  raw.socket.pause();
  raw.write(
    `GET /api/jobs/${job.id}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${slow.main.key}\r\n\r\n`,
  );
  await eventually(async () => {
    const rendered = await (await fetch(new URL('/metrics', slow.url))).text();
    return /route="\/api\/jobs\/:id\/events"/.test(rendered);
  });
  raw.socket.destroy();
}, 30_000);
