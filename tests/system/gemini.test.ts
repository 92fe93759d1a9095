/** The online provider through the whole system: real workers, the real SDK, a server that speaks Gemini's wire format. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import { drawPhotos } from './drawn-photos.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

const apiKey = 'stand-in-key-of-the-tests';
let gemini: GeminiStandIn;
let system: RunningSystem;

beforeAll(async () => {
  gemini = await startGeminiStandIn({ apiKey, models: ['picture-model'] });
  system = await startSystem('postgres', {
    GEMINI_API_KEY: apiKey,
    GEMINI_BASE_URL: gemini.url,
    GEMINI_PICTURE_MODEL: 'picture-model',
  });
});
afterAll(async () => {
  await system.close();
  await gemini.close();
});

async function submitPrompt(prompt: string, photos = 1): Promise<string> {
  const assets: { assetId: string }[] = [];
  for (const path of await drawPhotos(photos))
    assets.push({ assetId: (await system.client.uploadAsset(path)).id });
  const job = await system.client.submitJob({
    kind: 'picture-book',
    input: { photos: assets, prompt, title: 'Online' },
  });
  return job.id;
}

test('a free prompt reaches the provider with the photo, and the book names who made its pictures', async () => {
  const before = gemini.calls.length;
  const job = await system.client.waitForJob(await submitPrompt('as a linocut in two colours', 2));
  expect(job).toMatchObject({ status: 'succeeded', cost: { captured: 3 } });
  const calls = gemini.calls.slice(before);
  expect(calls).toHaveLength(2);
  for (const call of calls) {
    const parts = call.body.contents[0]?.parts ?? [];
    expect(parts.some((part) => 'inlineData' in part)).toBe(true);
    expect(parts.some((part) => 'text' in part && part.text.includes('as a linocut in two colours'))).toBe(
      true,
    );
  }
  const { path } = await temporaryFolder();
  await system.client.downloadOutput(job.id, join(path, 'book.pdf'));
  const book = await PDFDocument.load(await readFile(join(path, 'book.pdf')), { updateMetadata: false });
  expect(book.getSubject()).toMatch(/gemini.*picture-model/i);
});

test('a provider that asks to wait is waited for, and no attempt is spent (invariant 8)', async () => {
  gemini.enqueue({ kind: 'throttle', retryDelay: '1s' }, { kind: 'throttle', retryDelay: '1s' });
  const job = await system.client.waitForJob(await submitPrompt('as a woodcut'));
  expect(job.status).toBe('succeeded');
  expect(job.steps.find((step) => step.key === 'generate-0')).toMatchObject({ attempt: 1 });
});

test('a provider that fails for a moment is tried again, and the attempts are counted', async () => {
  gemini.enqueue({ kind: 'status', status: 503 }, { kind: 'cut-mid-answer' });
  const job = await system.client.waitForJob(await submitPrompt('as an etching'));
  expect(job.status).toBe('succeeded');
  expect(job.steps.find((step) => step.key === 'generate-0')).toMatchObject({ attempt: 3 });
});

test('a safety block stops at once, says what to do, and gives everything back', async () => {
  const before = gemini.calls.length;
  gemini.enqueue({ kind: 'finish', reason: 'IMAGE_SAFETY' });
  const job = await system.client.waitForJob(await submitPrompt('as something it refuses'));
  expect(job).toMatchObject({
    status: 'failed',
    error: { code: 'safety-blocked' },
    cost: { captured: 0, refunded: 2 },
  });
  expect(gemini.calls.length - before).toBe(1);
});

test('what an account has bought is not bought again (invariant 4)', async () => {
  await system.client.waitForJob(await submitPrompt('as a stained-glass window', 2));
  const before = gemini.calls.length;
  const again = await system.client.waitForJob(await submitPrompt('as a stained-glass window', 2));
  expect(again).toMatchObject({ status: 'succeeded', cost: { calls: { made: 0, offline: 0, saved: 2 } } });
  expect(gemini.calls.length).toBe(before);
});

test('the key of the provider is in no log of any process', () => {
  for (const { lines } of system.processes.values()) {
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes(apiKey))).toEqual([]);
  }
});
