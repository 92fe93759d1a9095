import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { corpus, temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import { collect } from './collect.ts';
import { drawPhotos, truncatedPhoto } from './drawn-photos.ts';
import { backends, type RunningSystem, startSystem } from './running-system.ts';

const realFiles = corpus();

async function pagesOf(system: RunningSystem, jobId: string): Promise<number> {
  const { path } = await temporaryFolder();
  const file = join(path, 'book.pdf');
  await system.client.downloadOutput(jobId, file);
  return (await PDFDocument.load(await readFile(file), { updateMetadata: false })).getPageCount();
}

describe.each(backends)('the whole system on %s', (backend) => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem(backend);
  });
  afterAll(async () => {
    await system.close();
  });

  (realFiles === undefined ? test.skip : test)(
    'makes one book of 40 real photos',
    async () => {
      const usable = realFiles?.files.filter(
        ({ name, expectation }) =>
          expectation.verdict === 'accept' && /^(photos|images-hard)\//.test(name) && !name.endsWith('.svgz'),
      );
      const heic = realFiles?.file('photos/exif__iphone_13_pro_max.HEIC');
      const paths = [heic, ...(usable ?? [])]
        .flatMap((file) => (file === undefined ? [] : [file.path]))
        .slice(0, 40);
      expect(paths).toHaveLength(40);
      const before = (await system.client.account()).balance;
      const submitted = await system.submitBook(paths, { title: 'Forty photos' });
      const job = await system.client.waitForJob(submitted.id);
      expect(job.error).toBeNull();
      expect(job).toMatchObject({ status: 'succeeded', cost: { held: 41, captured: 41, refunded: 0 } });
      expect(job.progress).toEqual({ done: 81, total: 81 });
      expect(await pagesOf(system, job.id)).toBe(job.output?.pages);
      expect(job.output?.pages).toBeGreaterThanOrEqual(42);
      expect((await system.client.account()).balance).toBe(before - 41);
    },
    400_000,
  );

  test('makes two books at the same time', async () => {
    const photos = await drawPhotos(4);
    const jobs = await Promise.all([
      system.submitBook(photos, { title: 'One' }),
      system.submitBook(photos, { title: 'Two' }),
    ]);
    const settled = await Promise.all(jobs.map((job) => system.client.waitForJob(job.id)));
    expect(settled.map((job) => job.status)).toEqual(['succeeded', 'succeeded']);
    // The same photos, but a title of its own: neither book is the other one.
    expect(new Set(settled.map((job) => job.output?.sha256)).size).toBe(2);
  }, 180_000);

  test('ends a job with one damaged photo under fail, names the fault, and gives all credits back', async () => {
    const before = (await system.client.account()).balance;
    const paths = [...(await drawPhotos(2)), await truncatedPhoto()];
    const job = await system.client.waitForJob(
      (await system.submitBook(paths, { onItemFailure: 'fail' })).id,
    );
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'image-corrupt' },
      cost: { held: 4, captured: 0, refunded: 4 },
      output: null,
    });
    expect((await system.client.account()).balance).toBe(before);
  }, 120_000);

  test('leaves one damaged photo out under skip, says so in the book, and gives its credit back', async () => {
    const [first = '', second = ''] = await drawPhotos(2);
    const paths = [first, await truncatedPhoto(), second];
    const job = await system.client.waitForJob(
      (await system.submitBook(paths, { onItemFailure: 'skip' })).id,
    );
    expect(job).toMatchObject({
      status: 'succeeded',
      cost: { held: 4, captured: 3, refunded: 1 },
      output: { skipped: [1] },
    });
    expect(job.steps.find((step) => step.key === 'ingest-1')).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'image-corrupt' },
    });
  }, 120_000);

  test('a cancel in the middle stops the work and gives all credits back', async () => {
    const before = (await system.client.account()).balance;
    const submitted = await system.submitBook(await drawPhotos(6));
    await system.event(
      submitted.id,
      (event) => event.type === 'step.started' && event.data['step'] === 'generate-0',
    );
    const cancelled = await system.client.cancelJob(submitted.id);
    expect(cancelled).toMatchObject({ status: 'cancelled', cost: { captured: 0, refunded: 7 } });
    expect((await system.client.account()).balance).toBe(before);
    const events = await collect(system.client.jobEvents(submitted.id));
    expect(events.at(-1)?.type).toBe('job.cancelled');
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  }, 120_000);

  test('the board shows the flow of a job', async () => {
    const submitted = await system.submitBook(await drawPhotos(1));
    await system.client.waitForJob(submitted.id);
    const login = await fetch(new URL('/login', system.url), {
      method: 'POST',
      body: new URLSearchParams({ token: system.operatorToken }),
      headers: { origin: system.url },
      redirect: 'manual',
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const answer = await fetch(
      new URL('/admin/queues/api/queues?activeQueue=pdf&status=completed&page=1', system.url),
      {
        headers: { cookie },
      },
    );
    const { queues } = (await answer.json()) as {
      queues: { name: string; jobs: { data: { jobId: string } }[] }[];
    };
    expect(queues.map((queue) => queue.name).sort()).toEqual(['generate', 'ingest', 'pdf']);
    const pdf = queues.find((queue) => queue.name === 'pdf');
    expect(pdf?.jobs.map((job) => job.data.jobId)).toContain(submitted.id);
    const outside = await fetch(new URL('/admin/queues/api/queues', system.url), { redirect: 'manual' });
    expect([302, 303, 401]).toContain(outside.status);
  }, 120_000);
});
