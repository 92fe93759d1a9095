import { mkdir } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { type Job, type JobStep, unprintableCharacters } from '@pressroom/domain';
import { followJob } from '../progress/follow-job.ts';
import { drawSamplePhotos } from '../samples/draw-sample-photos.ts';
import type { DemoExitCode, DemoOptions } from './demo-options.ts';
import { type DemoSystem, withDemoSystem } from './demo-system.ts';
import { explainUpload } from './explain-upload.ts';
import { findDemoProblems } from './find-demo-problems.ts';

interface Photo {
  readonly path: string;
  readonly caption: string;
}
interface UploadedPhoto extends Photo {
  readonly assetId: string;
}

/** Photos to book through the whole system: its own processes, its own database, the HTTP API. */
export async function runDemo(options: DemoOptions): Promise<DemoExitCode> {
  const { output, projectFolder, workingFolder } = options;
  const outPath = resolve(workingFolder, options.out ?? join(projectFolder, 'demo', 'picture-book.pdf'));
  const problems = await findDemoProblems(options, outPath);
  for (const problem of problems) output.write(`${problem}\n`);
  if (problems.length > 0) return 1;
  return await withDemoSystem(
    options,
    (folder) => findPhotos(options, folder),
    async (demo, photos) => {
      const { client, say, signal } = demo;
      say(
        `Uploading ${photos.length} ${options.files.length > 0 ? '' : 'sample '}${photos.length === 1 ? 'photo' : 'photos'} …`,
      );
      const { uploaded, refused } = await uploadAll(demo, photos);
      if (uploaded.length === 0) {
        say('None of the files can be used.');
        return 1;
      }
      const job = await makeBook(demo, uploaded, options);
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
        `${relative(workingFolder, outPath) || outPath}: ${job.output.pages} pages, ${Math.round(job.output.bytes / 1_000)} kB`,
      );
      return refused + failed > 0 ? 2 : 0;
    },
  );
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
  { client, say, signal }: DemoSystem,
  photos: readonly Photo[],
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
      say(`  ${basename(photo.path)} cannot be used: ${explainUpload(error)}`);
    }
  }
  return { uploaded, refused: photos.length - uploaded.length };
}

async function makeBook(
  { client, signal }: DemoSystem,
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
    { signal },
  );
  return await followJob(client, submitted, { output: options.output, signal });
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
