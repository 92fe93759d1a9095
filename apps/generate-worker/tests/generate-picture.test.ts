import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type ClosableProvider, createGeminiProvider, createOfflineProvider } from '@pressroom/ai';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import {
  type AssetStore,
  type GenerationService,
  type IngestImageOutput,
  type PictureReference,
  type PictureStyle,
  type StepContext,
  type StepResult,
  silentLog,
  storageKeys,
  systemIds,
} from '@pressroom/domain';
import { openLocalStore } from '@pressroom/storage';
import { temporaryFolder } from '@pressroom/testing';
import sharp, { type Color, type Metadata, type Sharp } from 'sharp';
import { createGeneratePictureHandler } from '../src/handlers/generate-picture.ts';

const accountId = 'acct_1';
let standIn: GeminiStandIn;
let offline: ClosableProvider;
let gemini: ClosableProvider;
let store: AssetStore;
let normalised: PictureReference;

beforeAll(async () => {
  standIn = await startGeminiStandIn({ apiKey: 'a-key', models: ['picture-model'] });
  gemini = createGeminiProvider({
    apiKey: 'a-key',
    baseUrl: standIn.url,
    pictureModel: 'picture-model',
    timeout: { baseMs: 20_000, extensionMs: 0, thresholdMs: 19_000 },
  });
  offline = createOfflineProvider({ longEdge: 512 });
});
afterAll(async () => {
  await offline.close();
  await gemini.close();
  await standIn.close();
});

beforeEach(async () => {
  const { path } = await temporaryFolder();
  store = await openLocalStore({ folder: path });
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240" fill="#bcd"/><circle cx="160" cy="120" r="80" fill="#a32"/></svg>';
  const bytes = await sharp(Buffer.from(svg)).jpeg().toBuffer();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const storageKey = storageKeys.content(accountId, sha256);
  await store.put(storageKey, bytes);
  normalised = {
    assetId: 'asset_1',
    storageKey,
    mediaType: 'image/jpeg',
    bytes: bytes.length,
    sha256,
    width: 320,
    height: 240,
  };
});

function run(
  provider: ClosableProvider,
  style: PictureStyle | { prompt: string } = 'colouring-page',
  overrides: Partial<StepContext<'generate-picture'>> = {},
): Promise<StepResult<'generate-picture'>> {
  const output: IngestImageOutput = {
    normalised,
    thumbnail: normalised,
    source: { format: 'jpeg', width: 320, height: 240, frames: 1 },
  };
  // What stands around the provider needs its record: it has its tests there (packages/database) and in tests/system/gemini.test.ts.
  const generation: GenerationService = {
    generatePicture: async (order) => ({ ...(await provider.generatePicture(order)), saved: false }),
  };
  return createGeneratePictureHandler({ generation, store, ids: systemIds, memoryBytes: 1 })({
    accountId,
    jobId: 'job_1',
    stepId: 'step_2',
    attempt: 1,
    input: { index: 0, style },
    children: [
      {
        stepId: 'step_1',
        key: 'ingest-0',
        handler: 'ingest-image',
        itemIndex: 0,
        status: 'succeeded',
        output,
      },
    ],
    signal: new AbortController().signal,
    log: silentLog,
    withMemory: (_bytes, work) => work(),
    reportProgress: async () => {},
    stage: undefined,
    saveStage: async () => {},
    ...overrides,
  });
}

async function storedMetadata(result: StepResult<'generate-picture'>): Promise<Metadata> {
  const bytes = await store.getBytes(result.output.picture.storageKey, { maxBytes: 10_000_000 });
  return await sharp(bytes).metadata();
}

test('stores the picture by content in its account and tells where, by whom and how large', async () => {
  const result = await run(offline);
  const { picture } = result.output;
  expect(result.output).toMatchObject({ provider: 'offline', model: 'xdog-3', calls: 1 });
  expect(picture.storageKey).toBe(storageKeys.content(accountId, picture.sha256));
  const bytes = await store.getBytes(picture.storageKey, { maxBytes: picture.bytes });
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(picture.sha256);
  expect(await storedMetadata(result)).toMatchObject({
    format: 'png',
    width: picture.width,
    height: picture.height,
  });
  expect(result.assets).toEqual([{ ...picture, role: 'generated' }]);
});

test('a second attempt finds the same key, so it leaves no orphan', async () => {
  const [first, second] = [await run(offline), await run(offline)];
  expect(second.output.picture.storageKey).toBe(first.output.picture.storageKey);
  expect(second.output.picture.assetId).not.toBe(first.output.picture.assetId);
});

test('turns WebP into JPEG, because a PDF holds none', async () => {
  standIn.enqueue({ kind: 'picture', bytes: await plain({ r: 200, g: 30, b: 30 }).webp().toBuffer() });
  const result = await run(gemini, { prompt: 'in oil' });
  expect(result.output.picture.mediaType).toBe('image/jpeg');
  expect(await storedMetadata(result)).toMatchObject({ format: 'jpeg', width: 300, height: 200 });
});

test('lays a transparent picture on white', async () => {
  standIn.enqueue({ kind: 'picture', bytes: await plain({ r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer() });
  const result = await run(gemini);
  const bytes = await store.getBytes(result.output.picture.storageKey, { maxBytes: 10_000_000 });
  const { channels, isOpaque } = await sharp(bytes).stats();
  expect(isOpaque).toBe(true);
  expect(channels.every(({ min }) => min === 255)).toBe(true);
  expect(await storedMetadata(result)).toMatchObject({ hasAlpha: false });
});

test('makes a picture smaller that is larger than any page needs', async () => {
  const bytes = await sharp({ create: { width: 4_000, height: 1_000, channels: 3, background: '#fff' } })
    .jpeg()
    .toBuffer();
  standIn.enqueue({ kind: 'picture', bytes });
  expect((await run(gemini)).output.picture).toMatchObject({ width: 2_480, height: 620 });
});

test('passes on what the provider throws', async () => {
  standIn.enqueue({ kind: 'finish', reason: 'IMAGE_SAFETY' });
  await expect(run(gemini)).rejects.toMatchObject({ code: 'safety-blocked' });
  await expect(run(offline, { prompt: 'in oil' })).rejects.toMatchObject({ code: 'prompt-needs-provider' });
});

test('a stored photo that was altered or removed is named, and no call is bought', async () => {
  const calls = standIn.calls.length;
  normalised = { ...normalised, sha256: '0'.repeat(64) };
  await expect(run(gemini)).rejects.toMatchObject({ code: 'asset-altered' });
  await store.delete(normalised.storageKey);
  await expect(run(gemini)).rejects.toMatchObject({ code: 'asset-missing' });
  expect(standIn.calls.length).toBe(calls);
});

test('an abort ends the step with its own reason', async () => {
  const reason = new Error('cancelled');
  const controller = new AbortController();
  standIn.enqueue({ kind: 'hang' });
  const calls = standIn.calls.length;
  const running = run(gemini, 'poster', { signal: controller.signal });
  await standIn.called(calls + 1);
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
});

test('does not start without its ingested photo', async () => {
  await expect(run(offline, 'poster', { children: [] })).rejects.toMatchObject({ code: 'internal' });
});

function plain(background: Color): Sharp {
  return sharp({ create: { width: 300, height: 200, channels: 4, background } });
}
