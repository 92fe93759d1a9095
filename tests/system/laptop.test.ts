/** What one person on one machine gets: the demo, and everything in one process. No Redis, no database of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createPressroomClient, type PressroomClient } from '@pressroom/client';
import type { Job } from '@pressroom/domain';
import { openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import { repositoryRoot, type StartedProcess, startProcess, temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import { collect } from './collect.ts';
import { drawPhotos, truncatedPhoto } from './drawn-photos.ts';

const root = repositoryRoot();

test('the demo makes a book of its own sample photos and leaves nothing behind', async () => {
  const { path: folder } = await temporaryFolder();
  const out = join(folder, 'book.pdf');
  const demo = await startProcess({
    command: process.execPath,
    args: [join(root, 'apps/cli/dist/src/main.js'), 'demo', '--out', out, '--style', 'poster'],
  });
  expect(await demo.exited).toEqual({ code: 0, signal: null });
  expect(demo.stdout).toMatch(/generate 8\/8/);
  expect(demo.stdout).toMatch(/lighthouse\S*\s+\d+\.\d\ds\s+\d+\.\d\ds/);
  expect((await PDFDocument.load(await readFile(out))).getPageCount()).toBe(11);
  for (const [, pid] of demo.stdout.matchAll(/\(pid (\d+)\)/g)) {
    expect(() => process.kill(Number(pid), 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  }
}, 240_000);

test('the demo names each of the user’s files that cannot be used, and says so by its exit code', async () => {
  const { path: folder } = await temporaryFolder();
  const out = join(folder, 'mine.pdf');
  const [good = ''] = await drawPhotos(1);
  const run = (...files: string[]): Promise<StartedProcess> =>
    startProcess({
      command: process.execPath,
      args: [join(root, 'apps/cli/dist/src/main.js'), 'demo', ...files, '--page-size', 'A5', '--out', out],
    });
  // Letters that the fonts lack, in a file's name: the photo goes in, without a caption.
  const unprintable = join(folder, 'समुद्र की तस्वीर.png');
  await copyFile(good, unprintable);
  const mixed = await run(
    good,
    unprintable,
    folder,
    await truncatedPhoto(),
    join(root, 'package.json'),
    join(folder, 'absent.jpg'),
  );
  expect((await mixed.exited).code).toBe(2);
  expect(mixed.stdout).toMatch(/truncated\.jpg cannot be used: .*cut off/);
  expect(mixed.stdout).toMatch(/package\.json cannot be used: .*not a picture/);
  expect(mixed.stdout).toMatch(/ cannot be used: it is a folder/);
  expect(mixed.stdout).not.toMatch(/समुद्र की तस्वीर\.png cannot be used/);
  expect(mixed.stdout).toMatch(/absent\.jpg cannot be used: there is no such file/);
  const [page] = (await PDFDocument.load(await readFile(out))).getPages();
  expect(Math.round(page?.getWidth() ?? 0)).toBe(420);
  const none = await run(join(folder, 'absent.jpg'));
  expect((await none.exited).code).toBe(1);
}, 240_000);

test('the demo refuses at once what cannot come out, and starts nothing for it', async () => {
  const { path: folder } = await temporaryFolder();
  const demo = await startProcess({
    command: process.execPath,
    args: [
      join(root, 'apps/cli/dist/src/main.js'),
      'demo',
      '--out',
      folder,
      '--title',
      'समुद्र',
      '--prompt',
      'a linocut',
    ],
    env: { GEMINI_API_KEY: '' },
  });
  expect((await demo.exited).code).toBe(1);
  expect(demo.stdout).toMatch(/--title has characters .*: स/);
  expect(demo.stdout).toMatch(/set GEMINI_API_KEY/);
  expect(demo.stdout).toMatch(/is a folder/);
  expect(demo.stdout).not.toMatch(/Starting/);
}, 60_000);

test.each(['SIGINT', 'SIGHUP', 'closed output'] as const)(
  'the demo that is ended by %s in the middle leaves no process behind',
  async (ending) => {
    const { path: folder } = await temporaryFolder();
    const demo = spawn(
      process.execPath,
      [join(root, 'apps/cli/dist/src/main.js'), 'demo', '--out', join(folder, 'book.pdf')],
      // Nothing of this run's own settings.
      { env: {}, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const exited = once(demo, 'exit');
    let said = '';
    for await (const chunk of demo.stdout) {
      said += String(chunk);
      // Leaving the loop closes the stream, as `| head` does: the next line that the demo writes has no reader.
      if (/Uploading/.test(said)) break;
    }
    expect(said).toMatch(/Uploading/);
    if (ending !== 'closed output') demo.kill(ending);
    expect(await exited).toEqual([130, null]);
    const pids = [...said.matchAll(/\(pid (\d+)\)/g)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(5);
    for (const pid of pids) {
      expect(() => process.kill(pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    }
    // PostgreSQL had its data there; the folder goes last.
    await expect(readFile(join(root, 'demo/.data', String(demo.pid), 'logs/api.log'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  },
  120_000,
);

test('the demo whose worker is lost says which, keeps the logs and ends', async () => {
  const { path: folder } = await temporaryFolder();
  const demo = await startProcess({
    command: process.execPath,
    args: [
      join(root, 'apps/cli/dist/src/main.js'),
      'demo',
      ...(await drawPhotos(3)),
      '--out',
      join(folder, 'book.pdf'),
    ],
  });
  await demo.waitForLine(/Uploading/, 60_000);
  const pids = [...demo.stdout.matchAll(/([a-z-]+) \(pid (\d+)\)/g)];
  process.kill(Number(pids.find(([, name]) => name === 'generate-worker')?.[2]), 'SIGKILL');
  expect(await demo.exited).toEqual({ code: 1, signal: null });
  expect(demo.stderr).toMatch(/generate-worker has ended by itself/);
  expect(demo.stdout).toMatch(/The logs of the processes are in/);
  for (const [, , pid] of pids) {
    expect(() => process.kill(Number(pid), 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  }
}, 120_000);

async function startAllInOne(folder: string): Promise<{ url: string; process: StartedProcess }> {
  const started = await startProcess({
    command: process.execPath,
    args: [join(root, 'apps/all-in-one/dist/src/main.js')],
    cwd: folder,
    env: {
      PRESSROOM_PORT: '0',
      PRESSROOM_QUEUE_LOCK_MS: '2000',
      PRESSROOM_QUEUE_STALLED_INTERVAL_MS: '1000',
      PRESSROOM_SHUTDOWN_GRACE_MS: '6000',
      PRESSROOM_LOG_FORMAT: 'json',
    },
  });
  const [, url = ''] = await started.waitForLine(/Pressroom is up: (http:\S+)/, 60_000);
  return { url, process: started };
}

async function connect(folder: string, url: string): Promise<PressroomClient> {
  const apiKey = (await readFile(join(folder, '.data/api-key'), 'utf8')).trim();
  return createPressroomClient({ baseUrl: url, apiKey });
}

async function submitBook(client: PressroomClient): Promise<Job> {
  const photos: { assetId: string }[] = [];
  for (const path of await drawPhotos(3)) photos.push({ assetId: (await client.uploadAsset(path)).id });
  return await client.submitJob({
    kind: 'picture-book',
    input: { photos, style: 'colouring-page', title: 'Kept' },
  });
}

async function untilGenerating(client: PressroomClient, jobId: string): Promise<void> {
  for await (const event of client.jobEvents(jobId)) {
    if (event.type === 'step.started' && event.data['step'] === 'generate-0') return;
  }
}

const chargedOnce = { status: 'succeeded', cost: { held: 4, captured: 4, refunded: 0 } };

test('one process keeps its jobs over SIGKILL and restart, and finishes what was under way (invariants 1, 2, 6)', async () => {
  const { path: folder } = await temporaryFolder();
  try {
    const first = await startAllInOne(folder);
    const before = await connect(folder, first.url);
    const submitted = await submitBook(before);
    await untilGenerating(before, submitted.id);
    await before.close();
    first.process.kill('SIGKILL');
    await first.process.exited;

    const second = await startAllInOne(folder);
    const after = await connect(folder, second.url);
    expect(await after.waitForJob(submitted.id)).toMatchObject(chargedOnce);
    await after.close();
    second.process.kill('SIGINT');
    expect(await second.process.exited).toEqual({ code: 0, signal: null });
  } finally {
    // After a SIGKILL the embedded server lives on by design; it is adopted here to be ended.
    const server = await openEmbeddedPostgres({ dataFolder: join(folder, '.data/postgres') });
    await server.stop();
  }
}, 240_000);

test('PostgreSQL that is killed under one process comes back, and the job goes on, charged once; one that cannot come back ends it (invariants 3, 5, 6, 7)', async () => {
  const { path: folder } = await temporaryFolder();
  const data = join(folder, '.data/postgres/data');
  const postmaster = async (): Promise<number> =>
    Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const { url, process: main } = await startAllInOne(folder);
  const client = await connect(folder, url);
  const submitted = await submitBook(client);
  await untilGenerating(client, submitted.id);
  const dead = await postmaster();
  process.kill(dead, 'SIGKILL');
  await main.waitForLine(/PostgreSQL is up again/, 60_000);
  const job = await client.waitForJob(submitted.id);
  expect(job).toMatchObject(chargedOnce);
  expect(job.steps.map((step) => step.attempt)).toEqual(job.steps.map(() => 1));
  const entries = (await collect(client.ledger())).filter((entry) => entry.jobId === job.id);
  expect(entries.map((entry) => entry.kind).sort()).toEqual(['capture', 'hold', 'refund']);
  const health = (await (await fetch(new URL('/health', url))).json()) as {
    components: { name: string; state: string; detail?: unknown }[];
  };
  expect(health.components.find(({ name }) => name === 'embedded-postgres')).toMatchObject({
    state: 'up',
    detail: { restarts: 1 },
  });
  await client.close();

  await rm(join(data, 'global', 'pg_control'));
  process.kill(await postmaster(), 'SIGKILL');
  expect(await main.exited).toEqual({ code: 1, signal: null });
  expect(main.stderr).toMatch(/all-in-one stops: PostgreSQL in \S+ died .* does not stay up.*pg_control/);
}, 240_000);
