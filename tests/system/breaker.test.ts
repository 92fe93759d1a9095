/**
 * An open breaker on both backends, with two generate workers: the provider's steps wait for all workers while other work goes on;
 * one probe ends it. Nothing here waits for a recovery to be over: the breaker stays open until the test says so.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { type Job, type JobExplanation, silentLog, type WireJobEvent } from '@pressroom/domain';
import { openQueueBackend } from '@pressroom/queue';
import { eventually, type StartedProcess, temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import pg from 'pg';
import { drawPhotos } from './drawn-photos.ts';
import { type BackendName, backends, type RunningSystem, startSystem } from './running-system.ts';

const apiKey = 'stand-in-key-of-the-tests';
let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
});

interface Scene {
  readonly system: RunningSystem;
  readonly gemini: GeminiStandIn;
  /** Both of them. */
  readonly workers: readonly StartedProcess[];
  /** Read by each process at its start. */
  readonly settings: Record<string, string>;
  sql(text: string): Promise<void>;
  /** Has the queue deliver at once what it keeps for later. */
  promote(): Promise<void>;
}

async function open(backend: BackendName): Promise<Scene> {
  const gemini = await startGeminiStandIn({ apiKey, models: ['picture-model'] });
  closing.push(() => gemini.close());
  const settings: Record<string, string> = {
    GEMINI_API_KEY: apiKey,
    GEMINI_BASE_URL: gemini.url,
    GEMINI_PICTURE_MODEL: 'picture-model',
    AI_BREAKER_FAILURES: '3',
    AI_BREAKER_RECOVERY_MS: '3600000',
    PRESSROOM_GENERATE_CONCURRENCY: '1',
  };
  const system = await startSystem(backend, settings);
  closing.push(() => system.close());
  const first = system.processes.get('generate-worker');
  if (first === undefined) throw new Error('There is no generate worker');
  closing.push(() => first.stop(30_000).then(() => {}));
  const second = await system.start('generate-worker');
  const database = new pg.Client({ connectionString: system.databaseUrl });
  await database.connect();
  closing.push(() => database.end());
  const queues = await openQueueBackend({
    redisUrl: system.redisUrl,
    databaseUrl: system.databaseUrl,
    prefix: '{pressroom}',
    log: silentLog,
  });
  closing.push(() => queues.close());
  return {
    system,
    gemini,
    workers: [first, second],
    settings,
    sql: async (text) => void (await database.query(text)),
    promote: () => queues.queue('generate').promoteJobs(),
  };
}

async function submit(
  { system }: Scene,
  look: { prompt: string } | { style: 'poster' },
  photos = 1,
): Promise<Job> {
  const assets: { assetId: string }[] = [];
  for (const path of await drawPhotos(photos)) {
    assets.push({ assetId: (await system.client.uploadAsset(path)).id });
  }
  return await system.client.submitJob({
    kind: 'picture-book',
    input: { photos: assets, ...look, title: 'Waiting' },
  });
}

async function eventsOf({ system }: Scene, jobId: string): Promise<WireJobEvent[]> {
  const events: WireJobEvent[] = [];
  for await (const event of system.client.jobEvents(jobId)) events.push(event);
  return events;
}

function healthUrl(worker: StartedProcess): string {
  const line = worker.lines.find((each) => each.includes('Health and metrics are served')) ?? '';
  return (JSON.parse(line) as { url: string }).url;
}

describe.each(backends)('on %s', (backend) => {
  test('what needs the provider waits for all workers, other work goes on, and one probe ends it', async () => {
    const scene = await open(backend);
    const { system, gemini, workers } = scene;
    const bought = { prompt: 'as a stained-glass window' };
    expect((await system.client.waitForJob((await submit(scene, bought)).id)).status).toBe('succeeded');

    gemini.otherwise({ kind: 'status', status: 503 });
    const before = gemini.calls.length;
    const jobs = [
      await submit(scene, { prompt: 'as a charcoal drawing' }, 3),
      await submit(scene, { prompt: 'as a mosaic' }, 3),
    ];
    const explain = (job: Job) => system.client.explainJob(job.id);
    const waiting = ({ steps }: JobExplanation) =>
      steps.filter(({ reason }) => reason === 'breaker-open').length;
    await eventually(
      async () => expect((await Promise.all(jobs.map(explain))).map(waiting)).toEqual([3, 3]),
      {
        deadlineMs: 60_000,
      },
    );
    const told = await explain(jobs[0] as Job);
    expect(told.summary).toMatch(/^Waits for the provider gemini: its breaker is open until /);
    // All six pictures wait. One call may have been on its way beside the third that failed.
    const failures = gemini.calls.length - before;
    expect([3, 4]).toContain(failures);
    gemini.otherwise({ kind: 'picture' });
    // Neither worker calls again, whatever is delivered to it.
    const calls = gemini.calls.length;
    await scene.promote();
    const free = await system.client.waitForJob((await submit(scene, bought)).id);
    expect(free).toMatchObject({ status: 'succeeded', cost: { calls: { made: 0, saved: 1 } } });
    expect(gemini.calls.length).toBe(calls);
    for (const url of [...workers.map(healthUrl), system.url]) {
      const health = await (await fetch(`${url}/health`)).json();
      expect(health).toMatchObject({
        state: 'degraded',
        components: expect.arrayContaining([
          expect.objectContaining({
            name: 'provider',
            state: 'down',
            error: expect.stringMatching(/^The breaker of gemini \(picture-model\) is open, until /),
          }),
        ]),
      });
    }
    for (const worker of workers) {
      expect(await (await fetch(`${healthUrl(worker)}/metrics`)).text()).toMatch(
        /pressroom_provider_breaker\{[^}]*state="open"[^}]*\} 1\n/,
      );
    }

    await scene.sql(`update provider_states set open_until = now() where provider = 'gemini'`);
    const settled = Promise.all(jobs.map(({ id }) => system.client.waitForJob(id)));
    const promoting = setInterval(() => void scene.promote().catch(() => {}), 250);
    const done = await settled.finally(() => clearInterval(promoting));
    expect(done.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    // After the failures each picture was made once: no attempt was spent on waiting.
    expect(gemini.calls.length - before).toBe(failures + 6);
    const attempts = done.flatMap(({ steps }) =>
      steps.filter(({ handler }) => handler === 'generate-picture'),
    );
    expect(attempts.reduce((sum, { attempt }) => sum + attempt, 0)).toBe(failures + 6);
    for (const { id } of jobs) {
      const events = await eventsOf(scene, id);
      const keys = (type: WireJobEvent['type']) =>
        events
          .filter((event) => event.type === type)
          .map(({ data }) => String(data['step']))
          .sort();
      const pictures = ['generate-0', 'generate-1', 'generate-2'];
      expect(keys('step.waiting')).toEqual(pictures);
      expect(keys('step.resumed')).toEqual(pictures);
    }
  }, 180_000);
});

test('with the fallback a named style is drawn offline meanwhile, and marked in the job and in the book', async () => {
  const scene = await open('postgres');
  const { system, workers, settings } = scene;
  await scene.sql(
    `insert into provider_states (provider, model, breaker, failures, epoch, open_until) values ('gemini', 'picture-model', 'open', 3, 1, now() + interval '1 hour')`,
  );
  await Promise.all(workers.map((worker) => worker.stop(30_000)));
  settings['AI_FALLBACK_OFFLINE'] = 'true';
  await system.start('generate-worker');
  const job = await system.client.waitForJob((await submit(scene, { style: 'poster' }, 2)).id);
  expect(job).toMatchObject({
    status: 'succeeded',
    output: { degraded: [0, 1] },
    cost: { captured: 3, calls: { made: 0, offline: 2 } },
  });
  const { path } = await temporaryFolder();
  await system.client.downloadOutput(job.id, join(path, 'book.pdf'));
  const book = await PDFDocument.load(await readFile(join(path, 'book.pdf')), { updateMetadata: false });
  expect(book.getSubject()).toMatch(/offline/i);
}, 120_000);
