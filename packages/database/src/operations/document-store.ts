import {
  type ChunksWritten,
  type DocumentRecord,
  type DocumentStore,
  type EmbeddingModel,
  type NewChunk,
  PressroomError,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import type { Database } from '../connection.ts';
import { namingLosses } from '../database-loss.ts';
import { json, textArray } from '../guard.ts';
import { type ChunkRow, chunkColumns, toChunk } from '../repositories/document-chunks.ts';

interface DocumentRow extends Record<string, unknown> {
  digest: string;
  source_sha256: string;
  format: DocumentRecord['format'];
  title: string | null;
  language: string | null;
  pages: number | null;
  characters: string;
  chunks: number;
  tokens: string;
  embedding: EmbeddingModel | null;
  storage_key: string;
  bytes: string;
  sha256: string;
}

/** Vectors that are looked at in one piece: of 3,072 dimensions these are 25 MB. */
const nearestBatch = 2_000;

export function createDocumentStore(database: Database): DocumentStore {
  const { executor } = database;
  async function expectAll(accountId: string, chunks: readonly NewChunk[]): Promise<void> {
    const ids = textArray(chunks.map(({ id }) => id));
    const result = await executor.execute<{ found: string }>(sql`
      select count(*) as found from document_chunks where account_id = ${accountId} and id = any(${ids}::uuid[])`);
    const missing = chunks.length - Number(result.rows[0]?.found ?? 0);
    if (missing > 0) {
      throw new PressroomError(
        'internal',
        `${missing} chunks have a position that another text of the document has`,
      );
    }
  }
  const store: DocumentStore = {
    find: async (accountId, digest) => {
      const result = await executor.execute<DocumentRow>(sql`
        update documents set used_at = now() where account_id = ${accountId} and digest = ${digest} and completed_at is not null
        returning *`);
      const row = result.rows[0];
      return row === undefined ? undefined : toRecord(row);
    },
    begin: async (accountId, record) => {
      const { digest, sourceSha256, format, title, language, pages, characters, chunks, tokens, embedding } =
        record;
      const { storageKey, bytes, sha256 } = record.document;
      const facts = { title: title ?? null, language: language ?? null };
      await executor.execute(sql`
        insert into documents (account_id, digest, source_sha256, format, title, language, pages, characters, chunks, tokens,
          embedding, storage_key, bytes, sha256)
        select ${accountId}, ${digest}, ${sourceSha256}, ${format}, facts ->> 'title', facts ->> 'language', ${pages ?? null}::int,
          ${characters}::bigint, ${chunks}::int, ${tokens}::bigint, ${embedding === undefined ? null : json(embedding)},
          ${storageKey}, ${bytes}::bigint, ${sha256}
        from (select ${json(facts)} as facts) given
        on conflict (account_id, digest) do update set used_at = now()`);
    },
    writeChunks: async (accountId, digest, chunks) => {
      const result = await executor.execute(sql`
        insert into document_chunks (account_id, id, digest, position, page, last_page, start, "end", headings, text, tokens, vector)
        select ${accountId}, id, ${digest}, position, page, last_page, start, "end", headings, text, tokens,
          decode(vector, 'base64')
        from jsonb_to_recordset(${json(chunks.map(toRow))}) as chunk(id uuid, position int, page int, last_page int, start bigint,
          "end" bigint, headings jsonb, text text, tokens int, vector text)
        on conflict do nothing`);
      const written = result.rowCount ?? 0;
      const conflicting = chunks.length - written;
      // No index is named in the conflict clause: of two writers of one chunk, the slower would meet the other at the index
      // that is not named, and fail. Instead, what conflicts is looked at here.
      if (conflicting > 0) await expectAll(accountId, chunks);
      return { written, conflicting } satisfies ChunksWritten;
    },
    complete: async (accountId, digest) => {
      const result = await executor.execute<{ found: string; completed: string }>(sql`
        with held as (
          select count(*) as found from document_chunks where account_id = ${accountId} and digest = ${digest}
        ), completed as (
          update documents set completed_at = coalesce(completed_at, now()), used_at = now() from held
          where account_id = ${accountId} and digest = ${digest} and chunks = held.found returning 1
        )
        select found, (select count(*) from completed) as completed from held`);
      const row = result.rows[0];
      return { complete: row?.completed === '1', found: Number(row?.found ?? 0) };
    },
    chunks: async (accountId, digest, { from, limit }) => {
      const result = await executor.execute<ChunkRow>(sql`
        select ${chunkColumns} from document_chunks chunk
        where account_id = ${accountId} and digest = ${digest} and position >= ${from} order by position limit ${limit}`);
      return result.rows.map(toChunk);
    },
    chunksById: async (accountId, ids) => {
      if (ids.length === 0) return [];
      const result = await executor.execute<ChunkRow>(sql`
        select ${chunkColumns} from document_chunks chunk where account_id = ${accountId} and id = any(${textArray(ids)}::uuid[])`);
      return result.rows.map(toChunk);
    },
    nearest: async (accountId, digests, { vector, limit, signal }) => {
      const best: { id: string; similarity: number }[] = [];
      for (const digest of digests) {
        for (let from = 0; ; ) {
          signal.throwIfAborted();
          const result = await executor.execute<{ id: string; position: number; vector: Buffer }>(sql`
            select id, position, vector from document_chunks
            where account_id = ${accountId} and digest = ${digest} and position >= ${from} and vector is not null
            order by position limit ${nearestBatch}`);
          for (const row of result.rows) keepBest(best, row.id, dot(row.vector, vector), limit);
          const last = result.rows.at(-1);
          if (last === undefined || result.rows.length < nearestBatch) break;
          from = last.position + 1;
        }
      }
      const chunks = await store.chunksById(
        accountId,
        best.map(({ id }) => id),
      );
      const byId = new Map(chunks.map((chunk) => [chunk.id, chunk]));
      return best.flatMap(({ id, similarity }) => {
        const chunk = byId.get(id);
        return chunk === undefined ? [] : [{ ...chunk, similarity }];
      });
    },
  };
  return {
    find: (...given) => namingLosses(() => store.find(...given)),
    begin: (...given) => namingLosses(() => store.begin(...given)),
    writeChunks: (...given) => namingLosses(() => store.writeChunks(...given)),
    complete: (...given) => namingLosses(() => store.complete(...given)),
    chunks: (...given) => namingLosses(() => store.chunks(...given)),
    chunksById: (...given) => namingLosses(() => store.chunksById(...given)),
    nearest: (...given) => namingLosses(() => store.nearest(...given)),
  };
}

function toRow({ lastPage, vector, ...chunk }: NewChunk): object {
  return {
    ...chunk,
    last_page: lastPage,
    vector:
      vector === undefined
        ? null
        : Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64'),
  };
}

function toRecord(row: DocumentRow): DocumentRecord {
  return {
    digest: row.digest,
    sourceSha256: row.source_sha256,
    format: row.format,
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.language === null ? {} : { language: row.language }),
    ...(row.pages === null ? {} : { pages: row.pages }),
    characters: Number(row.characters),
    chunks: row.chunks,
    tokens: Number(row.tokens),
    ...(row.embedding === null ? {} : { embedding: row.embedding }),
    document: { storageKey: row.storage_key, bytes: Number(row.bytes), sha256: row.sha256 },
  };
}

/** A vector of another length belongs to another model, and is like nothing. */
function dot(stored: Buffer, vector: Float32Array): number {
  if (stored.length !== vector.length * 4) return Number.NEGATIVE_INFINITY;
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  let sum = 0;
  for (const [at, value] of vector.entries()) sum += view.getFloat32(at * 4, true) * value;
  return sum;
}

/** `best` is ordered and short; most candidates are worse than its last. */
function keepBest(best: { id: string; similarity: number }[], id: string, similarity: number, limit: number) {
  const last = best.at(-1);
  if (similarity === Number.NEGATIVE_INFINITY) return;
  if (best.length >= limit && last !== undefined && similarity <= last.similarity) return;
  const at = best.findIndex((other) => other.similarity < similarity);
  best.splice(at < 0 ? best.length : at, 0, { id, similarity });
  if (best.length > limit) best.pop();
}
