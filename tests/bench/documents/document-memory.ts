/** The most memory that the real ingest-worker process and everything it starts ever have, for documents of growing size. */
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { insertAsset, listSteps, submitJob } from '@pressroom/database';
import { documentReport, storageKeys, systemIds } from '@pressroom/domain';
import { openLocalStore } from '@pressroom/storage';
import {
  eventually,
  repositoryRoot,
  startProcess,
  temporaryFolder,
  watchProcessTree,
} from '@pressroom/testing';
import { accountOf, type FlowSystem, openFlowSystem } from '../flows/pressroom-flows.ts';
import type { Measurement, Scenario } from '../scenario.ts';
import { writePdfFile, writeTextFile } from './bench-documents.ts';

interface Sized {
  readonly name: string;
  readonly mediaType: string;
  readonly write: (path: string) => Promise<void>;
}

const pdf = (pages: number): Sized => ({
  name: `PDF of ${pages} pages`,
  mediaType: 'application/pdf',
  write: (path) => writePdfFile(path, pages),
});
const text = (megabytes: number): Sized => ({
  name: `text of ${megabytes} MB`,
  mediaType: 'text/plain',
  write: (path) => writeTextFile(path, megabytes * 1_000_000),
});

export const documentMemory: Scenario = {
  name: 'document-memory',
  about:
    'peak memory of the ingest-worker and its reading process for PDFs up to 500 pages and texts up to 1 GB',
  run: async ({ servers, scope, quick, tell }) => {
    const data = await scope.use('data folder', temporaryFolder, (opened) => opened.remove());
    const system = await openFlowSystem('postgres', servers, scope);
    const worker = await scope.use(
      'ingest-worker',
      () =>
        startProcess({
          command: process.execPath,
          args: ['--enable-source-maps', join(repositoryRoot(), 'apps/ingest-worker/dist/src/main.js')],
          env: {
            DATABASE_URL: system.databaseUrl,
            PRESSROOM_DATA_FOLDER: data.path,
            PRESSROOM_UPLOAD_BYTES: '2000000000',
          },
        }),
      (opened) => opened.stop(30_000),
    );
    await worker.waitForLine(/"msg":"ingest-worker is up"/, 120_000);
    const watch = watchProcessTree(worker.pid);
    scope.defer('watch', () => watch.stop());
    const documents = quick
      ? [pdf(5), text(1), text(4)]
      : [pdf(50), pdf(200), pdf(500), text(10), text(100), text(1_000)];
    const measurements: Measurement[] = [];
    for (const document of documents) {
      const path = join(data.path, 'document');
      await document.write(path);
      const { size } = await stat(path);
      const jobId = await submit(system, data.path, path, document.mediaType);
      await rm(path);
      watch.take();
      const begun = performance.now();
      const stages = await ingested(system, jobId);
      const seconds = (performance.now() - begun) / 1_000;
      const { root, descendant, tree } = watch.take();
      tell(`${document.name}: ${(tree / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s`);
      measurements.push({
        name: `ingest-worker and what it starts, ${document.name}`,
        unit: 'MB',
        ours: tree / 1e6,
        aim: { comparison: 'value', atMost: 512 },
        facts: {
          bytes: size,
          seconds,
          workerMb: root / 1e6,
          readerMb: descendant / 1e6,
          source: 'sum of VmRSS',
          ...stages,
        },
      });
    }
    return [...measurements, flatness(measurements)];
  },
};

/** The largest text against the smallest one: what grows with the document would show. */
function flatness(measurements: readonly Measurement[]): Measurement {
  const texts = measurements.filter(({ name }) => name.includes('text of'));
  const [smallest, largest] = [texts[0], texts.at(-1)];
  return {
    name: '· the largest text by the smallest',
    unit: 'MB',
    ours: largest?.ours ?? Number.NaN,
    limit: smallest?.ours ?? Number.NaN,
    aim: { comparison: 'ratio', atMost: 1.5 },
  };
}

async function submit(
  system: FlowSystem,
  dataFolder: string,
  path: string,
  mediaType: string,
): Promise<string> {
  const { accountId } = accountOf(system, 0);
  const store = await openLocalStore({ folder: join(dataFolder, 'assets') });
  const { key, bytes, sha256 } = await store.putByContent(
    (hash) => storageKeys.content(accountId, hash),
    createReadStream(path),
  );
  await store.close();
  const assetId = systemIds.next('asset');
  await insertAsset(system.database.executor, {
    id: assetId,
    accountId,
    role: 'original',
    storageKey: key,
    mediaType,
    bytes,
    sha256,
  });
  const input = documentReport.inputSchema.parse({ documents: [{ assetId }] });
  const { jobId } = await submitJob(system.database, systemIds, {
    accountId,
    kind: 'document-report',
    input,
    plan: documentReport.plan(input),
    assets: documentReport.assets(input),
    onItemFailure: 'fail',
    priority: 0,
    metadata: {},
  });
  system.dispatcher.nudge();
  return jobId;
}

/** Nobody takes the steps that follow. Gives the milliseconds of each stage. */
async function ingested({ database }: FlowSystem, jobId: string): Promise<Readonly<Record<string, number>>> {
  const step = await eventually(
    async () => {
      const found = (await listSteps(database.executor, [jobId])).find(({ key }) => key === 'ingest-0');
      return found?.settledAt == null ? false : found;
    },
    { deadlineMs: 3_600_000, what: 'the document to be ingested' },
  );
  if (step.status !== 'succeeded')
    throw new Error(`The document was not ingested: ${JSON.stringify(step.error)}`);
  const { rows } = await database.executor.execute<{ stage: string; duration_ms: number }>(
    `select stage, duration_ms from stage_runs where step_id = '${step.id}' order by started_at`,
  );
  return Object.fromEntries(rows.map((row) => [`${row.stage}Ms`, row.duration_ms]));
}
