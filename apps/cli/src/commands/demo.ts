import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { createPressroomClient, PressroomApiError, type PressroomClient } from '@pressroom/client';
import { type Job, type JobStep, linkSignals, silentLog, unprintableCharacters } from '@pressroom/domain';
import { ResourceScope } from '@pressroom/runtime';
import { showStepBars } from '../progress/step-bars.ts';
import { StepTally } from '../progress/step-tally.ts';
import { drawSamplePhotos } from '../samples/draw-sample-photos.ts';
import { startLocalSystem } from '../system/local-system.ts';
import { openAccount } from '../system/open-account.ts';
import type { DemoOptions } from './demo-options.ts';
import { findDemoProblems } from './find-demo-problems.ts';

interface Photo {
  readonly path: string;
  readonly caption: string;
}
interface UploadedPhoto extends Photo {
  readonly assetId: string;
}

/** 0: everything is in the book. 1: there is no book. 2: there is a book, and some files are not in it. */
export type DemoExitCode = 0 | 1 | 2;

/** Photos to book through the whole system: its own processes, its own database, the HTTP API. */
export async function runDemo(given: DemoOptions): Promise<DemoExitCode> {
  const lost = new AbortController();
  const ending = linkSignals(given.signal, lost.signal);
  const options = { ...given, signal: ending.signal };
  const { output, projectFolder, signal } = options;
  const say = (line: string): void => void output.write(`${line}\n`);
  const outPath = resolve(
    options.workingFolder,
    options.out ?? join(projectFolder, 'demo', 'picture-book.pdf'),
  );
  const problems = await findDemoProblems(options, outPath);
  for (const problem of problems) say(problem);
  if (problems.length > 0) return 1;
  const folder = join(projectFolder, 'demo', '.data', String(process.pid));
  const scope = new ResourceScope('demo');
  const stop = (): void => void scope.close();
  signal.addEventListener('abort', stop, { once: true });
  scope.defer('data folder', () => rm(folder, { recursive: true, force: true }));
  try {
    await mkdir(folder, { recursive: true });
    say('Starting PostgreSQL, the API and the workers …');
    const [system, photos] = await Promise.all([
      startLocalSystem({
        folder,
        scope,
        log: silentLog,
        environment: options.environment,
        port: 0,
        onLost: (error) => lost.abort(error),
      }),
      findPhotos(options, join(folder, 'samples')),
    ]);
    say(`  ${[...system.processes].map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')}`);
    const account = await openAccount(system, { name: 'demo', credits: 1_000 });
    const client = await scope.use(
      'client',
      () => createPressroomClient({ baseUrl: system.apiUrl, apiKey: account.apiKey }),
      (opened) => opened.close(),
    );
    say(
      `Uploading ${photos.length} ${options.files.length > 0 ? '' : 'sample '}${photos.length === 1 ? 'photo' : 'photos'} …`,
    );
    const { uploaded, refused } = await uploadAll(client, photos, say, signal);
    if (uploaded.length === 0) {
      say('None of the files can be used.');
      return 1;
    }
    const job = await makeBook(client, uploaded, options);
    const failed = reportFailures(job, uploaded, say);
    if (job.status !== 'succeeded' || job.output === null) {
      say(`There is no book: ${job.error?.detail ?? `the job was ${job.status}`}`);
      return 1;
    }
    await client.downloadOutput(job.id, outPath, { signal });
    say('');
    printTimes(job.steps, uploaded, say);
    say('');
    for (const remark of job.output.preflight) say(`Note: ${remark}`);
    say(
      `${relative(options.workingFolder, outPath) || outPath}: ${job.output.pages} pages, ${Math.round(job.output.bytes / 1_000)} kB`,
    );
    return refused + failed > 0 ? 2 : 0;
  } catch (error) {
    if (!given.signal.aborted)
      await keepLogs(join(folder, 'logs'), join(projectFolder, 'demo', '.data', 'logs'), say);
    // What broke off because a part was lost says no more than that it was broken off.
    throw lost.signal.aborted ? (lost.signal.reason as Error) : error;
  } finally {
    signal.removeEventListener('abort', stop);
    ending.release();
    await scope.close();
  }
}

/** The data folder goes, and with it what would tell why something unforeseen happened. */
async function keepLogs(from: string, to: string, say: (line: string) => void): Promise<void> {
  await rm(to, { recursive: true, force: true });
  const isKept = await cp(from, to, { recursive: true }).then(
    () => true,
    () => false,
  );
  if (isKept) say(`The logs of the processes are in ${to}.`);
}

async function findPhotos(options: DemoOptions, sampleFolder: string): Promise<readonly Photo[]> {
  if (options.files.length > 0) {
    return options.files.map((file) => ({
      path: resolve(options.workingFolder, file),
      caption: captionOf(file),
    }));
  }
  await mkdir(sampleFolder, { recursive: true });
  const samples = await drawSamplePhotos(sampleFolder);
  return samples.map(({ path, title }) => ({ path, caption: title }));
}

/** The name of the file in words. One that the fonts cannot print must not cost the photo its page. */
function captionOf(file: string): string {
  const words = basename(file, extname(file)).replaceAll(/[_-]+/g, ' ').trim().slice(0, 200);
  return unprintableCharacters(words).length === 0 ? words : '';
}

/** One after the other, so that what is said about a file stands where the file stands. */
async function uploadAll(
  client: PressroomClient,
  photos: readonly Photo[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<{ uploaded: UploadedPhoto[]; refused: number }> {
  const uploaded: UploadedPhoto[] = [];
  for (const photo of photos) {
    try {
      const asset = await client.uploadAsset(photo.path, { signal });
      // Documents are taken as uploads too, for reports.
      if (asset.mediaType.startsWith('image/')) uploaded.push({ ...photo, assetId: asset.id });
      else say(`  ${basename(photo.path)} cannot be used: it is not a picture (${asset.mediaType})`);
    } catch (error) {
      signal.throwIfAborted();
      say(`  ${basename(photo.path)} cannot be used: ${explain(error)}`);
    }
  }
  return { uploaded, refused: photos.length - uploaded.length };
}

function explain(error: unknown): string {
  if (error instanceof PressroomApiError) return `${error.detail}. ${error.advice}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder. Name the files in it, as in folder/*.jpg';
  if (code === 'EACCES') return 'it may not be read';
  return message;
}

async function makeBook(
  client: PressroomClient,
  photos: readonly UploadedPhoto[],
  options: DemoOptions,
): Promise<Job> {
  const submitted = await client.submitJob(
    {
      kind: 'picture-book',
      // A file that turns out to be damaged costs its own page, not the book.
      onItemFailure: 'skip',
      input: {
        photos: photos.map(({ assetId, caption }) => ({ assetId, caption })),
        ...(options.prompt === undefined ? { style: options.style } : { prompt: options.prompt }),
        title: options.title ?? (options.files.length > 0 ? 'My picture book' : 'A picture book'),
        pageSize: options.pageSize,
        landscapePictures: options.landscape,
      },
    },
    { signal: options.signal },
  );
  const bars = showStepBars(options.output);
  const tally = new StepTally(submitted.steps);
  try {
    for (const worker of tally.workers) bars.update(worker, tally.count(worker));
    return await client.waitForJob(submitted.id, {
      signal: options.signal,
      onEvent: (event) => {
        const worker = tally.take(event);
        if (worker !== undefined) bars.update(worker, tally.count(worker));
      },
    });
  } finally {
    bars.stop();
  }
}

/** Says what is wrong with each file that did not make it, and returns how many there are. */
function reportFailures(job: Job, photos: readonly UploadedPhoto[], say: (line: string) => void): number {
  const failed = job.steps.filter((step) => step.status === 'failed' && step.itemIndex !== null);
  for (const step of failed) {
    const photo = photos[step.itemIndex ?? -1];
    say(
      `  ${basename(photo?.path ?? step.key)} cannot be used: ${step.error?.detail ?? 'unknown'}. ${step.error?.advice ?? ''}`,
    );
  }
  return failed.length;
}

function printTimes(
  steps: readonly JobStep[],
  photos: readonly UploadedPhoto[],
  say: (line: string) => void,
): void {
  const seconds = (step: JobStep | undefined): string => {
    if (step?.startedAt == null || step.settledAt === null || step.status !== 'succeeded') return '      –';
    return `${((Date.parse(step.settledAt) - Date.parse(step.startedAt)) / 1_000).toFixed(2).padStart(6)}s`;
  };
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const width = Math.max(...photos.map(({ path }) => basename(path).length), 10);
  say(`  ${'photo'.padEnd(width)}   ingest  generate`);
  photos.forEach(({ path }, index) => {
    say(
      `  ${basename(path).padEnd(width)}  ${seconds(byKey.get(`ingest-${index}`))}   ${seconds(byKey.get(`generate-${index}`))}`,
    );
  });
  say(`  ${'the book'.padEnd(width)}  ${seconds(byKey.get('book'))}  (pdf)`);
}
