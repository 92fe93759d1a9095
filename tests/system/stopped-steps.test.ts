/**
 * What a step is doing in another process really ends when its job does: the call of the model is hung up and the thread that
 * sets the pages is ended, within two seconds.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import type { Job } from '@pressroom/domain';
import { eventually, temporaryFolder, withDeadline } from '@pressroom/testing';
import pg from 'pg';
import sharp from 'sharp';
import { drawPhotos } from './drawn-photos.ts';
import { backends, type RunningSystem, startSystem } from './running-system.ts';

const limitMs = 2_000;
const apiKey = 'stand-in-key-of-the-tests';

describe.each(backends)('on %s', (backend) => {
  let gemini: GeminiStandIn;
  let system: RunningSystem;
  let temporary: string;
  let photo: string;
  let hungUp = 0;

  beforeAll(async () => {
    temporary = (await temporaryFolder()).path;
    gemini = await startGeminiStandIn({ apiKey, models: ['picture-model'] });
    system = await startSystem(backend, {
      GEMINI_API_KEY: apiKey,
      GEMINI_BASE_URL: gemini.url,
      GEMINI_PICTURE_MODEL: 'picture-model',
      PRESSROOM_DISPATCHER_SWEEP_INTERVAL_MS: '200',
      TMPDIR: temporary,
    });
    const [drawn = ''] = await drawPhotos(1, { width: 320, height: 240 });
    photo = (await system.client.uploadAsset(drawn)).id;
  });
  afterAll(async () => {
    await system.close();
    await gemini.close();
  });

  async function submit(prompt: string, photos: number): Promise<Job> {
    return await system.client.submitJob({
      kind: 'picture-book',
      input: { photos: Array.from({ length: photos }, () => ({ assetId: photo })), prompt, title: 'A book' },
    });
  }

  /** The call of a book's one picture, once the provider has it; the provider will never answer. */
  async function submitHanging(prompt: string): Promise<Job> {
    const before = gemini.calls.length;
    gemini.enqueue({ kind: 'hang' });
    const job = await submit(prompt, 1);
    await gemini.called(before + 1);
    return job;
  }

  async function hangsUp(): Promise<void> {
    hungUp += 1;
    await withDeadline(gemini.hungUp(hungUp), limitMs, 'the call to be hung up');
  }

  test('a cancel hangs up the call of the model, and gives everything back', async () => {
    const before = (await system.client.account()).balance;
    const job = await submitHanging('as a linocut');
    const cancelled = system.client.cancelJob(job.id);
    await hangsUp();
    expect(await cancelled).toMatchObject({ status: 'cancelled', cost: { captured: 0, refunded: 2 } });
    expect((await system.client.account()).balance).toBe(before);
  });

  test('so does a deadline that passes meanwhile', async () => {
    const job = await submitHanging('as a woodcut');
    const client = new pg.Client({ connectionString: system.databaseUrl });
    await client.connect();
    await client.query(`update jobs set deadline = now() where id = $1`, [job.id]);
    await client.end();
    await hangsUp();
    expect(await system.client.waitForJob(job.id)).toMatchObject({
      status: 'cancelled',
      error: { code: 'deadline-exceeded' },
      cost: { captured: 0, refunded: 2 },
    });
  });

  test('so does another step that fails the job', async () => {
    const before = gemini.calls.length;
    gemini.enqueue({ kind: 'hang' });
    const [first = '', second = ''] = await drawPhotos(2, { width: 320, height: 240 });
    const assets = [await system.client.uploadAsset(first), await system.client.uploadAsset(second)];
    const job = await system.client.submitJob({
      kind: 'picture-book',
      input: { photos: assets.map(({ id }) => ({ assetId: id })), prompt: 'as an etching', title: 'A book' },
    });
    // Whichever picture is asked for second is refused, while the first one is still being waited for.
    gemini.enqueue({ kind: 'finish', reason: 'IMAGE_SAFETY' });
    await gemini.called(before + 2);
    await hangsUp();
    expect(await system.client.waitForJob(job.id)).toMatchObject({
      status: 'failed',
      error: { code: 'safety-blocked' },
      cost: { captured: 0, refunded: 3 },
    });
  });

  test('a cancel ends the thread that sets the pages', async () => {
    // So heavy that a page takes a while, and bought once for all of them.
    const edge = 2_400;
    const noise = await sharp({
      create: {
        width: edge,
        height: edge,
        channels: 3,
        background: '#888888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .jpeg({ quality: 90 })
      .toBuffer();
    gemini.otherwise({ kind: 'picture', bytes: noise, mediaType: 'image/jpeg' });
    const pages = 16;
    const job = await submit('as noise', pages);
    await system.event(job.id, ({ type, data }) => type === 'step.progress' && data['step'] === 'book');
    const cancelled = system.client.cancelJob(job.id);
    const begun = performance.now();
    await system.processes.get('pdf-worker')?.waitForLine(/The attempt was stopped/);
    await eventually(async () => expect(await foldersOfBooks()).toEqual([]));
    expect(performance.now() - begun).toBeLessThan(limitMs);
    expect(await cancelled).toMatchObject({
      status: 'cancelled',
      cost: { captured: 0, refunded: pages + 1 },
    });
    const book = (await system.client.getJob(job.id)).steps.find((step) => step.key === 'book');
    expect(book?.progress?.done).toBeLessThan(pages);
  });

  /** Where an attempt keeps its pictures and its pages, for as long as it runs. */
  async function foldersOfBooks(): Promise<string[]> {
    const [own = ''] = (await readdir(temporary)).filter((name) => name.startsWith('pressroom-pdf-'));
    return await readdir(join(temporary, own));
  }
});
