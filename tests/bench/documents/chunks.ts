/** Chunk rows a second that the real store writes, against bare statements with the same rows for a table without rules. */
import { randomUUID } from 'node:crypto';
import { createDocumentStore, insertAccount, openDatabase } from '@pressroom/database';
import { type NewChunk, silentLog, systemIds } from '@pressroom/domain';
import { sampleParagraph, seededRandom } from '@pressroom/testing';
import pg from 'pg';
import type { BenchContext, Scenario } from '../scenario.ts';
import { median, timed } from '../statistics.ts';

/** Rows of one statement, as the ingest worker writes them. */
const batch = 500;
const dimensions = 768;

export const chunks: Scenario = {
  name: 'chunks',
  about: 'chunk rows stored a second, with and without vectors, against a bare batched insert',
  run: async (context) => {
    const { quick, tell } = context;
    const bench = await openTables(context);
    const count = quick ? 1_000 : 20_000;
    const measurements = [];
    for (const vectors of [false, true]) {
      const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
      for (let round = 0; round < (quick ? 1 : 5); round += 1) {
        const batches = batchesOf(count, vectors, round);
        const ours = async (): Promise<void> => {
          rates.ours.push((count * 1_000) / (await timed(() => bench.throughStore(batches))));
        };
        const bare = async (): Promise<void> => {
          rates.bare.push((count * 1_000) / (await timed(() => bench.bare(batches))));
        };
        for (const side of round % 2 === 0 ? [ours, bare] : [bare, ours]) await side();
        tell(`ours ${rates.ours.at(-1)?.toFixed(0)} rows/s, bare ${rates.bare.at(-1)?.toFixed(0)} rows/s`);
      }
      measurements.push({
        name: vectors ? `· with vectors of ${dimensions}` : 'chunk rows stored',
        unit: 'rows/s',
        ours: median(rates.ours),
        limit: median(rates.bare),
        compared: median(rates.ours.map((rate, round) => rate / (rates.bare[round] ?? Number.NaN))),
        facts: { rows: count, rowsOfOneStatement: batch, ours: rates.ours, bare: rates.bare },
      });
    }
    return measurements;
  },
};

async function openTables({ servers, scope }: BenchContext) {
  const url = await servers.database();
  const database = await scope.use(
    'database',
    () => openDatabase({ url, poolSize: 2, log: silentLog, applicationName: 'bench' }),
    (opened) => opened.close(),
  );
  const client = await scope.use(
    'bare client',
    async () => {
      const opened = new pg.Client({ connectionString: url });
      await opened.connect();
      // The same columns and indexes, and nothing that is checked.
      await opened.query(
        'create table bare_chunks (like document_chunks including defaults including indexes)',
      );
      return opened;
    },
    (opened) => opened.end(),
  );
  const store = createDocumentStore(database);
  const accountId = systemIds.next('acct');
  await insertAccount(database.executor, { id: accountId, name: 'bench' });
  return {
    throughStore: async (batches: readonly (readonly NewChunk[])[]): Promise<void> => {
      const digest = newDigest();
      await store.begin(accountId, {
        digest,
        sourceSha256: digest,
        format: 'text',
        characters: 1,
        chunks: batches.flat().length,
        tokens: 1,
        document: { storageKey: 'accounts/none', bytes: 1, sha256: digest },
      });
      for (const rows of batches) await store.writeChunks(accountId, digest, rows);
      const { complete } = await store.complete(accountId, digest);
      if (!complete) throw new Error('Not all rows were stored');
    },
    bare: async (batches: readonly (readonly NewChunk[])[]): Promise<void> => {
      const digest = newDigest();
      for (const rows of batches) {
        await client.query(
          `insert into bare_chunks (account_id, digest, id, position, page, last_page, start, "end", headings, text, tokens, vector)
           select $1, $2, * from unnest($3::uuid[], $4::int[], $5::int[], $6::int[], $7::bigint[], $8::bigint[], $9::jsonb[], $10::text[],
             $11::int[], $12::bytea[])`,
          [
            accountId,
            digest,
            rows.map(() => randomUUID()),
            rows.map(({ position }) => position),
            rows.map(({ page }) => page ?? null),
            rows.map(({ lastPage }) => lastPage ?? null),
            rows.map(({ start }) => start),
            rows.map(({ end }) => end),
            rows.map(({ headings }) => JSON.stringify(headings)),
            rows.map(({ text }) => text),
            rows.map(({ tokens }) => tokens),
            rows.map(({ vector }) => (vector === undefined ? null : Buffer.from(vector.buffer))),
          ],
        );
      }
    },
  };
}

function newDigest(): string {
  return `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
}

/** Passages as the ingest worker makes them: about 1,600 characters each. */
function batchesOf(count: number, vectors: boolean, seed: number): NewChunk[][] {
  const random = seededRandom(seed);
  const text = Array.from({ length: 40 }, () => sampleParagraph(random)).join(' ');
  const made = Array.from({ length: count }, (_, position): NewChunk => {
    const begin = random.between(0, text.length - 1_600);
    return {
      id: randomUUID(),
      position,
      text: `${position} ${text.slice(begin, begin + 1_590)}`.trimEnd(),
      start: position * 1_600,
      end: (position + 1) * 1_600,
      page: 1 + Math.floor(position / 3),
      lastPage: 1 + Math.floor(position / 3),
      headings: ['The first part', 'Of harbours'],
      tokens: 400,
      ...(vectors ? { vector: Float32Array.from({ length: dimensions }, () => random.next()) } : {}),
    };
  });
  return Array.from({ length: Math.ceil(count / batch) }, (_, at) =>
    made.slice(at * batch, (at + 1) * batch),
  );
}
