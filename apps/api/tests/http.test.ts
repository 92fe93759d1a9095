import { beforeAll, expect, test } from '@jest/globals';
import { findApiKey, openDatabase } from '@pressroom/database';
import { errorCodes, silentLog } from '@pressroom/domain';
import { eventually, startFaultProxy } from '@pressroom/testing';
import { classifyError } from '../src/http/classify-error.ts';
import { type ApiUnderTest, bodyOf, startApi } from './api-under-test.ts';
import { png } from './pictures.ts';
import { openRaw } from './raw-request.ts';

let api: ApiUnderTest;
let content = '';
let bytes: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  api = await startApi();
  bytes = png(20, 3_000);
  content = (await api.main.client.uploadAsset(bytes)).links.content;
});

async function range(value: string, headers: Record<string, string> = {}) {
  const response = await api.call(content, { headers: { Range: value, ...headers } });
  return { response, body: Buffer.from(await response.arrayBuffer()) };
}

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=10-', 10, undefined],
  ['bytes=-7', -7, undefined],
  ['bytes=3000-99999', 3_000, undefined],
  ['bytes=-99999', 0, undefined],
])('serves the range %s', async (value, start, end) => {
  const { response, body } = await range(value);
  expect(response.status).toBe(206);
  const expected = bytes.subarray(start, end);
  expect(body).toEqual(Buffer.from(expected));
  const first = start < 0 ? bytes.length + start : start;
  expect(response.headers.get('content-range')).toBe(
    `bytes ${first}-${first + expected.length - 1}/${bytes.length}`,
  );
});

test.each(['bytes=9-3', 'bytes=', 'bytes=-', 'lines=0-1', 'bytes=0-1,5-6', 'bytes=a-b'])(
  'answers the whole file to %s, as it may',
  async (value) => {
    const { response, body } = await range(value);
    expect(response.status).toBe(200);
    expect(body).toEqual(bytes);
  },
);

test.each(['bytes=99999-', 'bytes=-0'])('refuses the range %s, which is outside', async (value) => {
  const { response } = await range(value);
  expect(response.status).toBe(416);
  expect(response.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
});

test('answers conditions by the ETag', async () => {
  const head = await api.call(content, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(bytes.length));
  expect(head.headers.get('accept-ranges')).toBe('bytes');
  const etag = head.headers.get('etag') ?? '';
  for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    expect((await api.call(content, { headers: { 'If-None-Match': value } })).status).toBe(304);
  }
  expect((await api.call(content, { headers: { 'If-None-Match': '"x"' } })).status).toBe(200);
  expect((await range('bytes=0-9', { 'If-Range': etag })).response.status).toBe(206);
  expect((await range('bytes=0-9', { 'If-Range': '"x"' })).response.status).toBe(200);
});

test('refuses unknown addresses, other methods, and paths that are no text', async () => {
  expect(await api.problem('/api/nothing')).toMatchObject({
    status: 404,
    code: 'not-found',
    instance: '/api/nothing',
  });
  const response = await api.call('/api/jobs', { method: 'PATCH' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
  expect((await api.call('/api/jobs', { method: 'OPTIONS' })).headers.get('allow')).toBe(
    'GET, HEAD, OPTIONS, POST',
  );
  expect(
    (await api.call('/api/jobs', { method: 'OPTIONS' })).headers.get('access-control-allow-origin'),
  ).toBeNull();
  expect(await api.problem('/api/jobs/%E0%A4%A')).toMatchObject({ status: 400, code: 'invalid-request' });
  expect(await api.problem('/api/jobs/a%00b')).toMatchObject({ status: 404 });
});

test('refuses a JSON body that is too long, of another type, or in an unknown encoding', async () => {
  const send = (headers: Record<string, string>, body: string) =>
    api.problem('/api/jobs', { method: 'POST', headers, body });
  const type = { 'Content-Type': 'application/json' };
  expect(await send(type, JSON.stringify('x'.repeat(1_000_001)))).toMatchObject({
    status: 413,
    code: 'body-too-large',
  });
  expect(await send({ 'Content-Type': 'text/plain' }, '{}')).toMatchObject({ status: 415 });
  expect(await send({ ...type, 'Content-Encoding': 'compress' }, '{}')).toMatchObject({ status: 415 });
  expect(await send({ 'Content-Type': 'application/json; charset=latin1' }, '{}')).toMatchObject({
    status: 415,
  });
});

test('takes a sane request id and replaces any other', async () => {
  const idOf = async (given: string) =>
    (await api.call('/', { headers: { 'X-Request-Id': given } })).headers.get('x-request-id');
  expect(await idOf('trace-00:aa/bb')).toBe('trace-00:aa/bb');
  for (const bad of ['short', 'with space in it', 'x'.repeat(129), '<script>aaaaa']) {
    expect(await idOf(bad)).toMatch(/^req_/);
  }
});

test('explains every error code to people and programs', async () => {
  for (const code of errorCodes) {
    const body = await bodyOf<{ code: string }>(await api.call(`/problems/${code}`));
    expect(body.code).toBe(code);
  }
  const page = await api.call('/problems/rate-limited', { headers: { Accept: 'text/html' } });
  expect(await page.text()).toContain('Too many requests');
  expect(await api.problem('/problems/none')).toMatchObject({ status: 404 });
});

test('sends no page without a policy and no wildcard to other origins', async () => {
  for (const path of ['/', '/login', '/docs/', '/openapi.json', '/health', '/api/account', '/nothing']) {
    const { headers } = await api.call(path, { headers: { Origin: 'http://elsewhere.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

test('counts requests by route template, never by path', async () => {
  await api.call('/api/jobs/job_very_secret');
  await api.call('/nothing/at/all');
  const text = await (await api.call('/metrics')).text();
  expect(text).toContain('route="/api/jobs/:id"');
  expect(text).not.toContain('job_very_secret');
  expect(text).not.toContain('/nothing/at/all');
});

test('tells health, readiness and life apart', async () => {
  expect(await (await api.call('/health/live')).json()).toMatchObject({ alive: true });
  expect((await api.call('/health/ready')).status).toBe(200);
  expect(await (await api.call('/health')).json()).toMatchObject({
    state: 'up',
    components: [{ name: 'database' }],
  });
  api.health.setPhase('stopping');
  expect((await api.call('/health/ready')).status).toBe(503);
  api.health.setPhase('running');
});

test('knows a database that is away from an error of ours', async () => {
  const proxy = await startFaultProxy({ target: api.databaseUrl });
  const database = openDatabase({ url: proxy.url, poolSize: 1, log: silentLog, applicationName: 'cut' });
  await database.check();
  await proxy.setMode('refuse');
  const error = await findApiKey(database.executor, 'x').catch((caught: unknown) => caught);
  expect(classifyError(error)).toMatchObject({ code: 'database-unavailable', retryAfterMs: 2_000 });
  await proxy.setMode('pass');
  await database.check();
  await database.close();
});

test('answers a request that is no HTTP with 400 and goes on', async () => {
  const raw = await openRaw(api.url);
  raw.write('this is not http\r\n\r\n');
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 400/);
  expect((await api.call('/')).status).toBe(200);
});

test('lets a reader of a file go that takes nothing', async () => {
  const slow = await startApi({ timing: { socketIdleMs: 4_000 } });
  // More than all socket buffers.
  const asset = await slow.main.client.uploadAsset(png(5, 30_000_000));
  const raw = await openRaw(slow.url);
  raw.socket.pause();
  raw.write(
    `GET ${asset.links.content} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${slow.main.key}\r\n\r\n`,
  );
  await eventually(async () => {
    const rendered = await (await fetch(new URL('/metrics', slow.url))).text();
    return /route="\/api\/assets\/:id\/content"/.test(rendered);
  });
  raw.socket.destroy();
}, 30_000);
