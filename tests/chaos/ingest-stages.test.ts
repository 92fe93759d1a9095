/**
 * Design, section 6: a crash resumes at the stage that was not finished. A real worker is killed when a stage of a document is
 * done and its transition is not saved; the timings of the stages say what its successor did.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { migrateDatabase } from '@pressroom/database';
import { type IngestStage, ingestStages } from '@pressroom/domain';
import { createTestDatabase, eventually, samplePdf, seededRandom, temporaryFolder } from '@pressroom/testing';
import { withClient } from './settled-job.ts';
import { type SupervisedSystem, superviseSystem } from './supervised-system.ts';

let system: SupervisedSystem;
let databaseUrl: string;
let document: string;
let undisturbed: Ingested;

/** Only what takes part: a report that waits for its other workers is no matter here. */
beforeAll(async () => {
  document = join((await temporaryFolder()).path, 'minutes.pdf');
  await writeFile(document, samplePdf(seededRandom(6), 12));
  const database = await createTestDatabase({ template: { name: 'system', prepare: migrateDatabase } });
  databaseUrl = database.url;
  system = await superviseSystem({
    replicas: (app) => (app === 'api' || app === 'ingest-worker' ? 1 : 0),
    settings: () => ({
      DATABASE_URL: database.url,
      PRESSROOM_QUEUE_STALLED_INTERVAL_MS: '500',
      PRESSROOM_QUEUE_MAX_STALLS: '5',
    }),
  });
  undisturbed = await ingest('nothing');
}, 120_000);
afterEach(() => system.disarm());
afterAll(() => system.close());

interface Ingested {
  /** In the order in which they were begun: which attempt, counted from 1, and which stage. */
  readonly ran: readonly (readonly [attempt: number, stage: string])[];
  readonly milliseconds: readonly number[];
  /** The row of the document, those of its chunks, and the step's output, without ids and times. */
  readonly result: object;
}

/** By an account of its own, since one that has the document already does not read it again. */
async function ingest(name: string): Promise<Ingested> {
  const { id: accountId, client } = await system.openAccount(name, 100);
  const { id: assetId } = await client.uploadAsset(document);
  const job = await client.submitJob(
    { kind: 'document-report', input: { documents: [{ assetId }] } },
    { idempotencyKey: `report-${name}` },
  );
  await client.close();
  return await eventually(() => ingestedBy(accountId, job.id), {
    deadlineMs: 60_000,
    what: `the document to be ingested by ${name}`,
  });
}

async function ingestedBy(accountId: string, jobId: string): Promise<Ingested> {
  return await withClient(databaseUrl, async (client) => {
    const rowsOf = async <Row extends object>(query: string, parameters: readonly string[]): Promise<Row[]> =>
      (await client.query<Row>(query, [...parameters])).rows;
    const [step] = await rowsOf<{ id: string; status: string; output: Record<string, object> }>(
      "select id, status, output from steps where job_id = $1 and handler = 'ingest-document'",
      [jobId],
    );
    if (step?.status !== 'succeeded') throw new Error(`The step is ${step?.status}`);
    const runs = await rowsOf<{ attempt: number; stage: string; duration_ms: number }>(
      `select dense_rank() over (order by fence)::int as attempt, stage, duration_ms from stage_runs
       where step_id = $1 order by fence, started_at, array_position($2::text[], stage)`,
      [step.id, `{${ingestStages.join(',')}}`],
    );
    const [row] = await rowsOf(
      `select digest, format, title, language, pages, characters, chunks, tokens, sha256, completed_at is not null as complete
       from documents where account_id = $1`,
      [accountId],
    );
    const chunks = await rowsOf(
      `select id, position, page, last_page, start, "end", headings, text, tokens from document_chunks
       where account_id = $1 order by position`,
      [accountId],
    );
    const { source: _, document: kept, ...findings } = step.output;
    const { sha256, bytes } = kept as { sha256: string; bytes: number };
    return {
      ran: runs.map(({ attempt, stage }) => [attempt, stage] as const),
      milliseconds: runs.map(({ duration_ms }) => duration_ms),
      result: { findings, sha256, bytes, row, chunks },
    };
  });
}

test('undisturbed, each stage runs once, in order', () => {
  expect(undisturbed.ran).toEqual(ingestStages.map((stage) => [1, stage]));
  expect(undisturbed.milliseconds.every((took) => took >= 0)).toBe(true);
  expect(undisturbed.result).toMatchObject({ row: { pages: 12, complete: true } });
});

test.each(ingestStages)(
  'a worker that is killed at %s goes on there: nothing before it is done again, and the result is the same',
  async (stage: IngestStage) => {
    const point = `stage.${stage}` as const;
    await system.ready();
    await system.arm(point, 'crash');
    const { ran, result } = await ingest(stage);
    expect(await system.struck(point)).toHaveLength(1);
    const at = ingestStages.indexOf(stage);
    expect(ran).toEqual([
      ...ingestStages.slice(0, at).map((before) => [1, before]),
      // The stage itself left no time behind: it was done, and died with its process.
      ...ingestStages.slice(at).map((left) => [at === 0 ? 1 : 2, left]),
    ]);
    expect(result).toEqual(undisturbed.result);
  },
  90_000,
);
