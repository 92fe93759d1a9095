import { basename, join, relative, resolve } from 'node:path';
import type { Job } from '@pressroom/domain';
import { followJob } from '../progress/follow-job.ts';
import type { DemoExitCode, DemoReportOptions } from './demo-options.ts';
import { type DemoSystem, withDemoSystem } from './demo-system.ts';
import { explainUpload } from './explain-upload.ts';
import { findReportProblems } from './find-report-problems.ts';

const longestName = 160;

type Source = { readonly name: string } & ({ readonly assetId: string } | { readonly url: string });

/** Documents to a report through the whole system, as `demo` does with photos: its own processes, its own database, the HTTP API. */
export async function runDemoReport(options: DemoReportOptions): Promise<DemoExitCode> {
  const { documents, projectFolder, workingFolder, output } = options;
  const outPath = resolve(workingFolder, options.out ?? join(projectFolder, 'demo', 'report.pdf'));
  const problems = await findReportProblems(options, outPath);
  for (const problem of problems) output.write(`${problem}\n`);
  if (problems.length > 0) return 1;
  return await withDemoSystem(
    options,
    async () => {},
    async (demo) => {
      const sources = await uploadAll(demo, options);
      if (sources.length === 0) {
        demo.say('None of the documents can be used.');
        return 1;
      }
      const job = await makeReport(demo, sources, options);
      const failed = sayFailures(demo, job, sources);
      if (job.status !== 'succeeded' || job.output === null) {
        demo.say(`There is no report: ${job.error?.detail ?? `the job was ${job.status}`}`);
        return 1;
      }
      await download(demo, job, outPath);
      demo.say('');
      for (const remark of job.output.preflight) demo.say(`Note: ${remark}`);
      const { pages, bytes } = job.output;
      const shown = relative(workingFolder, outPath) || outPath;
      const { captured, held } = job.cost;
      demo.say(
        `${shown}: ${pages} ${pages === 1 ? 'page' : 'pages'}, ${Math.round(bytes / 1_000)} kB; ${captured} of ${held} credits`,
      );
      demo.say(
        `Its findings are in ${basename(beside(outPath, 'json'))} and ${basename(beside(outPath, 'csv'))} beside it.`,
      );
      return sources.length < documents.length || failed > 0 ? 2 : 0;
    },
  );
}

function beside(outPath: string, extension: 'json' | 'csv'): string {
  return `${outPath.replace(/\.pdf$/i, '')}.${extension}`;
}

async function download({ client, signal }: DemoSystem, { id }: Job, outPath: string): Promise<void> {
  await client.downloadOutput(id, outPath, { signal });
  for (const format of ['json', 'csv'] as const)
    await client.downloadOutput(id, beside(outPath, format), { signal, format });
}

/** One after the other, so that what is said about a file stands where the file stands. Addresses are left to the workers. */
async function uploadAll(
  { client, say, signal }: DemoSystem,
  { documents, workingFolder }: DemoReportOptions,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const document of documents) {
    if (/^https?:\/\//i.test(document)) {
      sources.push({ name: document, url: document });
      continue;
    }
    const path = resolve(workingFolder, document);
    const name = basename(path);
    try {
      say(`Uploading ${name} …`);
      sources.push({ name, assetId: (await client.uploadAsset(path, { signal })).id });
    } catch (error) {
      signal.throwIfAborted();
      say(`  ${name} cannot be used: ${explainUpload(error)}`);
    }
  }
  return sources;
}

async function makeReport(
  { client, signal }: DemoSystem,
  sources: readonly Source[],
  { question, title, pageSize, output }: DemoReportOptions,
): Promise<Job> {
  const submitted = await client.submitJob(
    {
      kind: 'document-report',
      // A document that cannot be read costs its own place, not the report.
      onItemFailure: 'skip',
      input: {
        documents: sources.map((source) =>
          'url' in source
            ? { url: source.url }
            : { assetId: source.assetId, name: source.name.slice(0, longestName) },
        ),
        pageSize,
        ...(question === undefined ? {} : { question }),
        ...(title === undefined ? {} : { title }),
      },
    },
    { signal },
  );
  return await followJob(client, submitted, { output, signal });
}

/** Says what is wrong with each document that did not make it, and returns how many there are. */
function sayFailures({ say }: DemoSystem, { steps }: Job, sources: readonly Source[]): number {
  const failed = steps.filter((step) => step.status === 'failed' && step.itemIndex !== null);
  for (const { key, itemIndex, error } of failed) {
    const name = sources[itemIndex ?? -1]?.name ?? key;
    say(`  ${name} cannot be used: ${error?.detail ?? 'unknown'}. ${error?.advice ?? ''}`);
  }
  return failed.length;
}
