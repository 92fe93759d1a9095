import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@pressroom/testing';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { png, svg } from './pictures.ts';
import { formEnd, openRaw, part, uploadHead } from './raw-request.ts';

const maxBytes = 2_000_000;
let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({
    env: { PRESSROOM_UPLOAD_BYTES: String(maxBytes) },
    timing: { uploadIdleMs: 300 },
  });
});

/** Any test that refuses something also claims this. */
async function storedFiles(): Promise<string[]> {
  const entries = await readdir(api.storeFolder, { recursive: true });
  const files = await Promise.all(
    entries.map(async (name) => ((await stat(join(api.storeFolder, name))).isFile() ? [name] : [])),
  );
  return files.flat().sort();
}

let filesBefore: string[] = [];
async function expectNothingLeft(): Promise<void> {
  await eventually(async () => expect(await storedFiles()).toEqual(filesBefore));
}
beforeAll(async () => {
  filesBefore = await storedFiles();
});
afterAll(() => expectNothingLeft());

function form(...parts: [name: string, content: Buffer][]): FormData {
  const data = new FormData();
  for (const [name, content] of parts) data.append(name, new Blob([new Uint8Array(content)]), 'x.png');
  return data;
}
const post = (body: FormData) => api.problem('/api/assets', { method: 'POST', body });

test('says at once that the store is away, also to a file of which it has read nothing', async () => {
  const incoming = join(api.storeFolder, 'incoming');
  await rename(incoming, `${incoming}-away`);
  try {
    // More than a stream's buffer: what feeds the store waits for room.
    const large = Buffer.concat([png(9), Buffer.alloc(500_000)]);
    await expect(api.main.client.uploadAsset(large)).rejects.toMatchObject({
      code: 'storage-unavailable',
      retryable: true,
    });
  } finally {
    await rename(`${incoming}-away`, incoming);
  }
});

test('stores a picture under its hash, with type and size from its content', async () => {
  const bytes = png(7);
  const progress: number[] = [];
  const asset = await api.main.client.uploadAsset(bytes, { onProgress: (p) => progress.push(p.sentBytes) });
  expect(asset).toMatchObject({
    mediaType: 'image/png',
    bytes: bytes.length,
    width: 7,
    height: 7,
    role: 'original',
  });
  expect(progress).toEqual([bytes.length]);
  expect(await api.main.client.getAsset(asset.id)).toEqual(asset);
  const content = await api.call(asset.links.content);
  expect(Buffer.from(await content.arrayBuffer())).toEqual(bytes);
  await api.store.deletePrefix(`accounts/${api.main.id}/`);
});

test('takes a stream of unknown length, and answers 201 with the address', async () => {
  const asset = await api.main.client.uploadAsset({
    stream: Readable.from([png(4).subarray(0, 20), png(4).subarray(20)]),
  });
  expect(asset.width).toBe(4);
  const response = await api.call('/api/assets', { method: 'POST', body: form(['file', svg]) });
  expect(response.status).toBe(201);
  const body = (await response.json()) as { id: string; mediaType: string };
  expect(response.headers.get('location')).toBe(`/api/assets/${body.id}`);
  expect(body.mediaType).toBe('image/svg+xml');
  await api.store.deletePrefix(`accounts/${api.main.id}/`);
});

test('never serves a drawing as an active page', async () => {
  const asset = await api.main.client.uploadAsset(svg);
  const { headers } = await api.call(asset.links.content);
  expect(headers.get('content-disposition')).toMatch(/^attachment;/);
  expect(headers.get('content-security-policy')).toContain('sandbox');
  expect(headers.get('content-type')).toBe('image/svg+xml');
  await api.store.deletePrefix(`accounts/${api.main.id}/`);
});

test('keeps a damaged picture: ingestion will say what is wrong with it', async () => {
  const asset = await api.main.client.uploadAsset(png(9).subarray(0, 20));
  expect(asset).toMatchObject({ mediaType: 'image/png', width: null, height: null });
  await api.store.deletePrefix(`accounts/${api.main.id}/`);
});

test.each([
  ['a text', Buffer.from('hello, this is text'), 'text/plain'],
  ['a page', Buffer.from('<!doctype html><html><body><p>Hello</p></body></html>'), 'text/html'],
  ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'), 'application/pdf'],
])('takes %s as a document, by its content', async (_name, bytes, mediaType) => {
  expect(await api.main.client.uploadAsset(bytes)).toMatchObject({ mediaType, width: null });
  await api.store.deletePrefix(`accounts/${api.main.id}/`);
});

test.each([
  ['a program', Buffer.from('\x7fELF\x02\x01\x01\x00'.padEnd(200, '\0'), 'latin1'), 'unsupported-type', 415],
  ['an empty file', Buffer.alloc(0), 'asset-empty', 422],
  ['a file above the limit', png(3, maxBytes), 'asset-too-large', 413],
])('refuses %s', async (_name, bytes, code, status) => {
  expect(await post(form(['file', bytes]))).toMatchObject({ code, status });
  await expectNothingLeft();
});

test.each([
  ['another field name', form(['picture', png()]), '/picture'],
  ['two files', form(['file', png()], ['file', png()]), '/file'],
  ['a field beside the file', form(['file', png()], ['note', Buffer.from('hi')]), '/note'],
  ['no part at all', form(), '/file'],
])('refuses %s by name', async (_name, body, path) => {
  expect(await post(body)).toMatchObject({ code: 'invalid-request', errors: [{ path }] });
  await expectNothingLeft();
});

test('refuses other content types and a multipart type without a boundary', async () => {
  const json = { 'Content-Type': 'application/json' };
  expect(await api.problem('/api/assets', { method: 'POST', headers: json, body: '{}' })).toMatchObject({
    code: 'unsupported-content-type',
    status: 415,
  });
  const bare = { 'Content-Type': 'multipart/form-data' };
  expect(await api.problem('/api/assets', { method: 'POST', headers: bare, body: 'x' })).toMatchObject({
    code: 'invalid-request',
  });
});

test('refuses a body whose boundary never comes', async () => {
  const body = Buffer.concat([part('file', png(), 'other'), Buffer.from(formEnd('other'))]);
  const raw = await openRaw(api.url);
  raw.write(uploadHead(api.main.key, body.length, 'b'));
  raw.write(body);
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"(upload-incomplete|invalid-request)"/);
  await expectNothingLeft();
});

test('refuses a body that is cut in the middle of the file though its length was right', async () => {
  const body = part('file', png(40)).subarray(0, -30);
  const raw = await openRaw(api.url);
  raw.write(uploadHead(api.main.key, body.length));
  raw.write(body);
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"upload-incomplete"/);
  await expectNothingLeft();
});

test('refuses a body that ends inside the header of a second part', async () => {
  const body = Buffer.concat([part('file', png()), Buffer.from('--b\r\nContent-Disposition: form-da')]);
  const raw = await openRaw(api.url);
  raw.write(uploadHead(api.main.key, body.length));
  raw.write(body);
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"(upload-incomplete|invalid-request)"/);
  await expectNothingLeft();
});

test('survives clients that vanish at every point of an upload', async () => {
  const body = Buffer.concat([part('file', png(20, 50_000)), Buffer.from(formEnd())]);
  for (const sent of [0, 1, 60, 120, 5_000, body.length - 12, body.length - 1]) {
    const raw = await openRaw(api.url);
    raw.write(uploadHead(api.main.key, body.length));
    raw.write(body.subarray(0, sent));
    await new Promise((resolve) => raw.socket.write('', resolve));
    raw.socket.destroy();
    await raw.answer;
  }
  await expectNothingLeft();
  expect((await api.call('/api/account')).status).toBe(200);
});

test('refuses a slow upload as soon as it is beyond the limit, not at its end', async () => {
  const raw = await openRaw(api.url);
  raw.write(uploadHead(api.main.key, 'chunked'));
  const chunk = (bytes: Buffer): void => {
    raw.write(`${bytes.length.toString(16)}\r\n`);
    raw.write(bytes);
    raw.write('\r\n');
  };
  chunk(part('file', png(3, 1_000_000)).subarray(0, -2));
  chunk(Buffer.alloc(1_000_001));
  // The body has no end; the answer comes all the same.
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"asset-too-large"/);
  await expectNothingLeft();
}, 20_000);

test('refuses a length beyond the limit before the first byte of the file', async () => {
  const raw = await openRaw(api.url);
  raw.write(uploadHead(api.main.key, 10_000_000_000));
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"asset-too-large"/);
}, 20_000);

test('refuses a film by its first megabyte', async () => {
  const film = Buffer.concat([
    Buffer.from('\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom', 'latin1'),
    Buffer.alloc(1_100_000),
  ]);
  const raw = await openRaw(api.url);
  raw.write(uploadHead(api.main.key, 1_900_000));
  raw.write(part('file', film));
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 415 [\s\S]*"code":"unsupported-type"/);
  await expectNothingLeft();
}, 20_000);

test('gives up on an upload that falls silent', async () => {
  const raw = await openRaw(api.url);
  raw.write(uploadHead(api.main.key, 5_000));
  raw.write(part('file', png()).subarray(0, 150));
  expect(await raw.answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"upload-incomplete"/);
  await expectNothingLeft();
}, 20_000);

test('the typed client sees the named error of an upload that is refused in the middle', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield png(3, 500_000);
    for (;;) yield Buffer.alloc(100_000);
  }
  await expect(api.main.client.uploadAsset({ stream: endless() })).rejects.toMatchObject({
    code: 'asset-too-large',
    status: 413,
  });
  await expectNothingLeft();
}, 20_000);

test('two accounts that upload the same picture share nothing', async () => {
  const other = await api.openAccount();
  const mine = await api.main.client.uploadAsset(png(11));
  const theirs = await other.client.uploadAsset(png(11));
  expect(theirs.sha256).toBe(mine.sha256);
  expect(await api.problem(mine.links.self, { key: other.key })).toMatchObject({ status: 404 });
  expect(await api.problem(mine.links.content, { key: other.key })).toMatchObject({ status: 404 });
  await api.store.deletePrefix(`accounts/${api.main.id}/`);
  expect((await api.call(theirs.links.content, { key: other.key })).status).toBe(200);
  expect(await api.problem(mine.links.content)).toMatchObject({ status: 410, code: 'asset-missing' });
  await api.store.deletePrefix(`accounts/${other.id}/`);
});
