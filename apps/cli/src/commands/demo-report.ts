import { mkdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { createPressroomClient, PressroomApiError, type PressroomClient } from '@pressroom/client';
import { type Job, linkSignals, type PageSize, silentLog } from '@pressroom/domain';
import { ResourceScope } from '@pressroom/runtime';
import { showStepBars } from '../progress/step-bars.ts';
import { StepTally } from '../progress/step-tally.ts';
import { startLocalSystem } from '../system/local-system.ts';
import { openAccount } from '../system/open-account.ts';

export interface DemoReportOptions {
  /** Files and addresses. */
  readonly documents: readonly string[];
  readonly question?: string | undefined;
  readonly title?: string | undefined;
  readonly pageSize: PageSize;
  readonly out?: string | undefined;
  /** What the user's paths are relative to. */
  readonly workingFolder: string;
  readonly projectFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

const mostDocuments = 50;

/**
 * Documents to a report through the whole system, as `demo` does with photos: its own processes, its own database, the HTTP API.
 *
 * @returns 0: everything is in the report. 1: there is none. 2: there is one, and some documents are not in it.
 */
export async function runDemoReport(given: DemoReportOptions): Promise<0 | 1 | 2> {
  const say = (line: string): void => void given.output.write(`${line}\n`);
  const { documents, projectFolder, workingFolder } = given;
  if (documents.length > mostDocuments) {
    say(`A report takes ${mostDocuments} documents at most, these are ${documents.length}.`);
    return 1;
  }
  const lost = new AbortController();
  const ending = linkSignals(given.signal, lost.signal);
  const { signal } = ending;
  const outPath = resolve(workingFolder, given.out ?? join(projectFolder, 'demo', 'report.pdf'));
  const folder = join(projectFolder, 'demo', '.data', String(process.pid));
  const scope = new ResourceScope('demo');
  const stop = (): void => void scope.close();
  signal.addEventListener('abort', stop, { once: true });
  scope.defer('data folder', () => rm(folder, { recursive: true, force: true }));
  try {
    await mkdir(folder, { recursive: true });
    say('Starting PostgreSQL, the API and the workers …');
    const system = await startLocalSystem({
      folder,
      scope,
      log: silentLog,
      environment: given.environment,
      port: 0,
      onLost: (error) => lost.abort(error),
    });
    const account = await openAccount(system, { name: 'demo', credits: 1_000 });
    const client = await scope.use(
      'client',
      () => createPressroomClient({ baseUrl: system.apiUrl, apiKey: account.apiKey }),
      (opened) => opened.close(),
    );
    const sources = await uploadAll(client, documents, { workingFolder, say, signal });
    if (sources.length === 0) {
      say('None of the documents can be used.');
      return 1;
    }
    const job = await makeReport(client, sources, { ...given, signal });
    const failed = job.steps.filter((step) => step.status === 'failed');
    for (const step of failed) {
      const name = sources[step.itemIndex ?? -1]?.name ?? step.key;
      say(`  ${name}: ${step.error?.detail ?? 'unknown'}. ${step.error?.advice ?? ''}`);
    }
    if (job.status !== 'succeeded' || job.output === null) {
      say(`There is no report: ${job.error?.detail ?? `the job was ${job.status}`}`);
      return 1;
    }
    const beside = (extension: string): string => outPath.replace(/\.pdf$/i, '') + extension;
    await client.downloadOutput(job.id, outPath, { signal });
    await client.downloadOutput(job.id, beside('.json'), { signal, format: 'json' });
    await client.downloadOutput(job.id, beside('.csv'), { signal, format: 'csv' });
    say('');
    for (const remark of job.output.preflight) say(`Note: ${remark}`);
    const shown = relative(workingFolder, outPath) || outPath;
    say(
      `${shown}: ${job.output.pages} pages, ${Math.round(job.output.bytes / 1_000)} kB; ${job.cost.captured} of ${job.cost.held} credits`,
    );
    say(`Its findings are in ${basename(beside('.json'))} and ${basename(beside('.csv'))} beside it.`);
    return sources.length < documents.length || failed.length > 0 ? 2 : 0;
  } catch (error) {
    // What broke off because a part was lost says no more than that it was broken off.
    throw lost.signal.aborted ? (lost.signal.reason as Error) : error;
  } finally {
    signal.removeEventListener('abort', stop);
    ending.release();
    await scope.close();
  }
}

type Source = { readonly name: string } & ({ readonly assetId: string } | { readonly url: string });

async function uploadAll(
  client: PressroomClient,
  documents: readonly string[],
  { workingFolder, say, signal }: { workingFolder: string; say: (line: string) => void; signal: AbortSignal },
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const document of documents) {
    if (/^https?:\/\//i.test(document)) {
      sources.push({ name: document, url: document });
      continue;
    }
    const path = resolve(workingFolder, document);
    try {
      say(`Uploading ${basename(path)} …`);
      sources.push({ name: basename(path), assetId: (await client.uploadAsset(path, { signal })).id });
    } catch (error) {
      signal.throwIfAborted();
      const why =
        error instanceof PressroomApiError ? `${error.detail}. ${error.advice}` : (error as Error).message;
      say(`  ${basename(path)} cannot be used: ${why}`);
    }
  }
  return sources;
}

async function makeReport(
  client: PressroomClient,
  sources: readonly Source[],
  { question, title, pageSize, output, signal }: DemoReportOptions,
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
            : { assetId: source.assetId, name: source.name.slice(0, 160) },
        ),
        pageSize,
        ...(question === undefined ? {} : { question }),
        ...(title === undefined ? {} : { title }),
      },
    },
    { signal },
  );
  const bars = showStepBars(output);
  const tally = new StepTally(submitted.steps);
  try {
    for (const worker of tally.workers) bars.update(worker, tally.count(worker));
    return await client.waitForJob(submitted.id, {
      signal,
      onEvent: (event) => {
        const worker = tally.take(event);
        if (worker !== undefined) bars.update(worker, tally.count(worker));
      },
    });
  } finally {
    bars.stop();
  }
}
