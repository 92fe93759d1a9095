import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type OpenAssetStore, openAssetStore, type S3StoreOptions } from '@pressroom/storage';
import { type S3StandIn, startS3StandIn } from './s3-stand-in/s3-server.ts';
import { inChunks, patterned, stuckSource } from './sources.ts';
import { describeStoreContract } from './store-contract.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function openOnStandIn(changes: Partial<S3StoreOptions> = {}) {
  const server = await startS3StandIn('books', 'access-1');
  stops.push(() => server.close());
  const store = await openAssetStore({
    kind: 's3',
    endpoint: server.endpoint,
    region: 'eu-central-1',
    bucket: 'books',
    accessKeyId: 'access-1',
    secretAccessKey: 'secret-1',
    forcePathStyle: true,
    ...changes,
  });
  stops.push(() => store.close());
  return { server, store };
}

const spoolFolders = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('pressroom-spool-'));

describeStoreContract('the S3 store', async () => {
  const { server, store } = await openOnStandIn();
  return { store, leftovers: async () => [...server.openUploads] };
});

describe('the S3 store', () => {
  let server: S3StandIn;
  let store: OpenAssetStore;
  beforeEach(async () => {
    ({ server, store } = await openOnStandIn());
  });
  const operations = () => server.requests.map((request) => request.operation);

  test('sends a large stream in parts and a small one at once', async () => {
    await store.put('small', inChunks(patterned(1_000)), { contentType: 'image/png' });
    expect(operations()).toEqual(['PutObject']);
    await store.put('large', inChunks(patterned(21 * 1024 * 1024)), { contentType: 'application/pdf' });
    expect(operations().filter((operation) => operation === 'UploadPart')).toHaveLength(3);
    expect(['small', 'large'].map((key) => server.contentTypeOf(key))).toEqual([
      'image/png',
      'application/pdf',
    ]);
  });

  test('does not send content that is there', async () => {
    const put = () => store.putByContent((hash) => `c/${hash}`, inChunks(patterned(1_000)));
    expect(await put()).toEqual(await put());
    expect(operations()).toEqual(['HeadObject', 'PutObject', 'HeadObject']);
  });

  test('lists a long prefix page by page', async () => {
    for (let index = 0; index < 10; index += 1) await store.put(`w/${index}`, Buffer.from('x'));
    await store.deletePrefix('w/');
    expect(server.objects.size).toBe(0);
    expect(operations().filter((operation) => operation === 'ListObjectsV2')).toHaveLength(4);
  });

  test.each(['fail', 'cut'] as const)('tries again when the first answer is %s', async (fault) => {
    server.misbehave((_, count) => (count === 1 ? fault : undefined));
    await store.put('a', Buffer.from('x'));
    expect(operations()).toEqual(['PutObject', 'PutObject']);
    expect((await store.getBytes('a', { maxBytes: 1 })).toString()).toBe('x');
  });

  test.each([
    ['fail', 'storage-unavailable', 3],
    ['cut', 'storage-unavailable', 3],
    ['full', 'storage-full', 1],
  ] as const)('gives up with a code when every answer is %s', async (fault, code, attempts) => {
    server.misbehave(() => fault);
    const put = store.put('a', Buffer.from('x'));
    await expect(put).rejects.toMatchObject({ code, cause: expect.anything() });
    expect(server.requests).toHaveLength(attempts);
    server.misbehave(() => fault);
    await expect(store.stat('a')).rejects.toMatchObject({ code });
    await expect(store.check()).rejects.toMatchObject({ code });
  });

  test('leaves no parts behind when one of them cannot be sent', async () => {
    server.misbehave(({ operation }) => (operation === 'UploadPart' ? 'fail' : undefined));
    const large = inChunks(patterned(21 * 1024 * 1024));
    await expect(store.put('a', large)).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect([...server.openUploads]).toEqual([]);
    expect(server.objects.size).toBe(0);
  });

  test('leaves no parts behind when the source is aborted after the first ones', async () => {
    const controller = new AbortController();
    const { source, sent } = stuckSource(patterned(25 * 1024 * 1024));
    const putting = store.put('a', source, { signal: controller.signal });
    await sent;
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(putting).rejects.toBe(reason);
    expect([...server.openUploads]).toEqual([]);
    expect(server.objects.size).toBe(0);
  });

  test('does not pass a cut answer for the whole file', async () => {
    await store.put('a', patterned(500_000));
    server.misbehave(() => 'cut-body');
    await expect(store.getBytes('a', { maxBytes: 500_000 })).rejects.toMatchObject({
      code: 'storage-unavailable',
      cause: expect.anything(),
    });
  });

  test('finds out in its check when other bytes come back', async () => {
    server.misbehave(({ operation }) => (operation === 'GetObject' ? 'other-bytes' : undefined));
    await expect(store.check()).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});

describe('openS3Store', () => {
  test('does not wait for ever for a silent server', async () => {
    const { server, store } = await openOnStandIn({ idleTimeoutMs: 20, requestAttempts: 1 });
    server.misbehave(() => 'silence');
    await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'storage-unavailable' });
    await expect(store.stat('a')).rejects.toMatchObject({ code: 'storage-unavailable' });
  });

  test('stops waiting for a silent server when it is aborted', async () => {
    const { server, store } = await openOnStandIn();
    const controller = new AbortController();
    const reason = new Error('cancelled');
    server.misbehave(() => {
      controller.abort(reason);
      return 'silence';
    });
    await expect(store.get('a', { signal: controller.signal })).rejects.toBe(reason);
  });

  test('tells a bucket that is not there from a file that is not', async () => {
    const { store } = await openOnStandIn({ bucket: 'typo' });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'storage-unavailable',
      message: 'Cannot read a: 404 NoSuchBucket',
    });
  });

  test('shows no secrets when the credentials are wrong', async () => {
    const { store } = await openOnStandIn({ accessKeyId: 'access-2', secretAccessKey: 'secret-2' });
    const error = await store.put('a', Buffer.from('x')).catch((failure: unknown) => failure as Error);
    expect(error).toMatchObject({
      code: 'storage-unavailable',
      message: 'Cannot store a: 403 InvalidAccessKeyId',
    });
  });

  let before: string[];
  beforeAll(async () => {
    before = await spoolFolders();
  });
  afterAll(async () => {
    expect((await spoolFolders()).filter((name) => !before.includes(name))).toEqual([]);
  });

  test('removes its temporary folder when it is closed', async () => {
    const { store } = await openOnStandIn();
    const during = await spoolFolders();
    await store.close();
    expect((await spoolFolders()).length).toBe(during.length - 1);
  });
});
