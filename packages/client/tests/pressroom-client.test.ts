import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { JobRequest } from '@pressroom/domain';
import { atTeardown, temporaryFolder } from '@pressroom/testing';
import { createPressroomClient, type PressroomClient } from '../src/index.ts';

interface Scripted {
  readonly client: PressroomClient;
  readonly requests: IncomingMessage[];
}

/** A server that answers each request by the next step of its script, and the last one from then on. */
async function scripted(...steps: RequestListener[]): Promise<Scripted> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const step = steps[Math.min(requests.length, steps.length) - 1];
    step?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createPressroomClient({
    baseUrl: `http://127.0.0.1:${port}`,
    apiKey: 'prk_test',
    random: () => 0,
  });
  atTeardown(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, requests };
}

const cut = (_request: IncomingMessage, response: ServerResponse) => void response.destroy();
const problem =
  (code: string, status: number, headers = {}) =>
  (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
    response.end(
      JSON.stringify({
        code,
        title: 'T',
        detail: 'D',
        advice: 'A',
        requestId: 'req_1',
        errors: [{ path: '/x', message: 'm' }],
      }),
    );
  };
const json = (body: unknown) => (request: IncomingMessage, response: ServerResponse) => {
  request.resume();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
};
const request: JobRequest = {
  kind: 'picture-book',
  input: { photos: [{ assetId: 'a' }], style: 'poster', title: 'T' },
};

test('throws what the server says, field by field', async () => {
  const { client } = await scripted(problem('insufficient-credits', 402));
  await expect(client.submitJob(request)).rejects.toMatchObject({
    name: 'PressroomApiError',
    code: 'insufficient-credits',
    status: 402,
    detail: 'D',
    advice: 'A',
    requestId: 'req_1',
    errors: [{ path: '/x', message: 'm' }],
    retryable: false,
  });
});

test('sends a submission again with the same key when the connection is lost', async () => {
  const { client, requests } = await scripted(
    cut,
    problem('not-ready', 503),
    json({ id: 'job_1', added: 'later' }),
  );
  expect(await client.submitJob(request)).toEqual({ id: 'job_1', added: 'later' });
  const keys = requests.map((each) => each.headers['idempotency-key']);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

test('waits as long as a throttling server asks', async () => {
  const { client, requests } = await scripted(
    problem('rate-limited', 429, { 'Retry-After': '1' }),
    json({ id: 'acct_1' }),
  );
  const started = performance.now();
  await client.account();
  expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  expect(requests).toHaveLength(2);
});

test('gives up with the reason when nobody answers, and at once on an abort', async () => {
  const lost = createPressroomClient({ baseUrl: 'http://127.0.0.1:1', apiKey: 'x', random: () => 0 });
  const controller = new AbortController();
  const calling = lost.account({ signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(calling).rejects.toThrow('enough');
  await expect(lost.uploadAsset(Buffer.from('x'))).rejects.toMatchObject({
    name: 'PressroomConnectionError',
  });
  await lost.close();
});

test('says so when something else than Pressroom answers', async () => {
  const { client } = await scripted((_request, response) => {
    response.writeHead(404, { 'Content-Type': 'text/html' });
    response.end('<h1>nginx</h1>');
  });
  await expect(client.getJob('job_1')).rejects.toMatchObject({ code: 'unknown', status: 404 });
});

const event = (sequence: number, type = 'step.progress') =>
  `id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify({ sequence, type, at: '', data: {} })}\n\n`;
const events = (text: string, end: boolean) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(`retry: 1\n\n${text}`, () => (end ? response.end() : response.destroy()));
};

test('follows events over losses, refusals and repeats, each once', async () => {
  const { client, requests } = await scripted(
    events(event(1) + event(2), false),
    problem('not-ready', 503),
    cut,
    events(event(2) + event(3), true),
    events(event(4, 'job.failed'), true),
    // It was retried.
    events(event(5, 'job.retried') + event(6, 'job.succeeded'), true),
    (_request, response) => void response.writeHead(204).end(),
  );
  const seen: number[] = [];
  for await (const each of client.jobEvents('job_1')) seen.push(each.sequence);
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  expect(requests.map((each) => each.headers['last-event-id'])).toEqual(['0', '2', '2', '2', '3', '4', '6']);
});

test('waits for a job with one request after its last event, and goes on when it was retried meanwhile', async () => {
  const { client, requests } = await scripted(
    events(event(1) + event(2, 'job.failed'), true),
    json({ id: 'job_1', status: 'running', settledAt: null }),
    events(event(3, 'job.retried') + event(4, 'job.succeeded'), true),
    json({ id: 'job_1', status: 'succeeded', settledAt: '2026-03-02T00:00:00.000Z' }),
  );
  const seen: number[] = [];
  const job = await client.waitForJob('job_1', { onEvent: ({ sequence }) => seen.push(sequence) });
  expect(job.status).toBe('succeeded');
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(requests.map((each) => each.headers['last-event-id'])).toEqual(['0', undefined, '2', undefined]);
});

test('does not go on over a gap in the events', async () => {
  const { client } = await scripted(events(event(1) + event(3), true));
  const seen: number[] = [];
  await expect(
    (async () => {
      for await (const each of client.jobEvents('job_1', { reconnects: 0 })) seen.push(each.sequence);
    })(),
  ).rejects.toThrow();
  expect(seen).toEqual([1]);
});

test('stops asking for events when the key is refused', async () => {
  const { client, requests } = await scripted(problem('unauthenticated', 401));
  const reading = client.jobEvents('job_1')[Symbol.asyncIterator]().next();
  await expect(reading).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(requests).toHaveLength(1);
});

test('replaces a file only by a whole document', async () => {
  const bytes = Buffer.alloc(300_000, 'pdf');
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  const { client } = await scripted(
    (_request, response) => {
      response.writeHead(200, { 'Content-Length': bytes.length, ETag: etag });
      response.write(bytes.subarray(0, 100_000), () => response.destroy());
    },
    (_request, response) => void response.writeHead(200, { ETag: etag }).end(bytes),
    problem('output-not-ready', 409),
  );
  const { path } = await temporaryFolder();
  const file = join(path, 'book.pdf');
  await writeFile(file, 'old');
  expect(await client.downloadOutput('job_1', file)).toEqual({
    bytes: bytes.length,
    sha256: etag.slice(1, -1),
  });
  expect(await readFile(file)).toEqual(bytes);
  await expect(client.downloadOutput('job_1', file)).rejects.toMatchObject({ code: 'output-not-ready' });
  expect(await readdir(path)).toEqual(['book.pdf']);
});
