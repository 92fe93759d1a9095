/** A book of 200 pages, set by the real pdf-worker process; its pictures are in the store already. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGenerationProvider } from '@pressroom/ai';
import { findJob, listSteps } from '@pressroom/database';
import { type AssetStore, type PictureReference, storageKeys } from '@pressroom/domain';
import { openLocalStore } from '@pressroom/storage';
import { eventually, repositoryRoot, startProcess, temporaryFolder } from '@pressroom/testing';
import sharp from 'sharp';
import { idleHandlers } from '../flows/idle-handlers.ts';
import { accountOf, type FlowSystem, openFlowSystem, submitBook } from '../flows/pressroom-flows.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { drawCameraPhotos } from './camera-photos.ts';
import { withComment } from './png-comment.ts';

const styles = ['colouring-page', 'poster'] as const;

export const largeBook: Scenario = {
  name: 'large-book',
  about: 'peak memory of the pdf-worker process, and pages a second, for a book of 200 pictures',
  run: async (context) => {
    const { servers, scope, quick, tell } = context;
    const pages = quick ? 8 : 200;
    const data = await scope.use('data folder', temporaryFolder, (opened) => opened.remove());
    const store = await scope.use(
      'store',
      () => openLocalStore({ folder: join(data.path, 'assets') }),
      (opened) => opened.close(),
    );
    const system = await openFlowSystem('postgres', servers, scope);
    const { accountId, assetId } = accountOf(system, 0);
    const pictures = await fillStore(store, pages, data.path, scope);
    tell(`${pages} pictures, ${(sum(pictures.map(({ bytes }) => bytes)) / 1e6).toFixed(0)} MB`);
    await system.work('ingest', idleHandlers);
    await system.work('generate', {
      ...idleHandlers,
      'generate-picture': ({ input }) => {
        const picture = pictures[input.index];
        if (picture === undefined) throw new Error(`There is no picture ${input.index}`);
        return Promise.resolve({
          output: { picture, provider: 'offline', model: 'bench', calls: 1 },
          assets: [],
        });
      },
    });
    const worker = await scope.use(
      'pdf-worker',
      () =>
        startProcess({
          command: process.execPath,
          args: ['--enable-source-maps', join(repositoryRoot(), 'apps/pdf-worker/dist/src/main.js')],
          env: { DATABASE_URL: system.databaseUrl, PRESSROOM_DATA_FOLDER: data.path },
        }),
      (opened) => opened.stop(30_000),
    );
    await worker.waitForLine(/"msg":"pdf-worker is up"/);
    const idleMb = await peakMemoryMb(worker.pid);
    const jobId = await submitBook(
      system,
      accountId,
      Array.from({ length: pages }, () => assetId),
    );
    const book = await settledBook(system, accountId, jobId);
    const facts = {
      pictures: pages,
      pages: book.pages,
      pdfBytes: book.bytes,
      pictureBytes: sum(pictures.map(({ bytes }) => bytes)),
    };
    return [
      {
        name: `pdf-worker, book of ${pages} pictures, peak memory`,
        unit: 'MB',
        ours: await peakMemoryMb(worker.pid),
        aim: { comparison: 'value', atMost: 512 },
        facts: { ...facts, beforeMb: idleMb, source: 'VmHWM of the process, threads and libraries included' },
      },
      { name: '· its pages', unit: 'pages/s', ours: book.pages / book.seconds, facts },
    ];
  },
};

/** Real pages of both kinds: bilevel line art and full-colour posters. Few are drawn; a comment makes each file its own. */
async function fillStore(
  store: AssetStore,
  count: number,
  folder: string,
  scope: BenchContext['scope'],
): Promise<readonly PictureReference[]> {
  const provider = await scope.use(
    'provider',
    () => createGenerationProvider({ offline: { threads: 2 } }),
    (opened) => opened.close(),
  );
  const { signal } = new AbortController();
  const drawn: Uint8Array[] = [];
  for (const path of await drawCameraPhotos(folder, Math.min(count, 5))) {
    const bytes = await sharp(path).resize(2_048, 2_048, { fit: 'inside' }).jpeg({ quality: 90 }).toBuffer();
    for (const style of styles) {
      const picture = await provider.generatePicture({
        picture: { bytes, mediaType: 'image/jpeg' },
        style,
        signal,
      });
      drawn.push(picture.bytes);
    }
  }
  const pictures: PictureReference[] = [];
  for (let index = 0; index < count; index += 1) {
    const bytes = withComment(drawn[index % drawn.length] ?? new Uint8Array(), `picture ${index}`);
    const key = storageKeys.work('bench', `picture-${index}.png`);
    const blob = await store.put(key, bytes);
    const { width, height } = await sharp(bytes).metadata();
    pictures.push({
      assetId: `asset_${index}`,
      storageKey: blob.key,
      mediaType: 'image/png',
      bytes: blob.bytes,
      sha256: blob.sha256,
      width,
      height,
    });
  }
  return pictures;
}

async function settledBook(
  { database }: FlowSystem,
  accountId: string,
  jobId: string,
): Promise<{ pages: number; bytes: number; seconds: number }> {
  const job = await eventually(
    async () => {
      const found = await findJob(database.executor, accountId, jobId);
      if (found?.settledAt == null) throw new Error(`Job ${jobId} has not settled`);
      return found;
    },
    { deadlineMs: 600_000 },
  );
  if (job.status !== 'succeeded')
    throw new Error(`Job ${jobId} has ${job.status}: ${JSON.stringify(job.error)}`);
  const step = (await listSteps(database.executor, [jobId])).find(({ key }) => key === 'book');
  const milliseconds =
    (step?.settledAt?.getTime() ?? Number.NaN) - (step?.startedAt?.getTime() ?? Number.NaN);
  const output = job.output as { pages: number; document: { bytes: number } };
  return { pages: output.pages, bytes: output.document.bytes, seconds: milliseconds / 1_000 };
}

/** The largest resident memory that a process ever had. Linux only. */
async function peakMemoryMb(pid: number): Promise<number> {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status has no VmHWM`);
  return (Number(kilobytes) * 1_024) / 1e6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
