import type { StoredChunk } from '@pressroom/domain';
import { type SQL, sql } from 'drizzle-orm';

/** Without the vector, which is larger than the text. */
export const chunkColumns: SQL = sql.raw(
  'chunk.id, chunk.digest, chunk.position, chunk.page, chunk.last_page, chunk.start, chunk."end", chunk.headings, chunk.text, chunk.tokens',
);

export interface ChunkRow extends Record<string, unknown> {
  id: string;
  digest: string;
  position: number;
  page: number | null;
  last_page: number | null;
  start: string;
  end: string;
  headings: readonly string[];
  text: string;
  tokens: number;
}

export function toChunk(row: ChunkRow): StoredChunk {
  return {
    id: row.id,
    digest: row.digest,
    position: row.position,
    ...(row.page === null ? {} : { page: row.page, lastPage: row.last_page ?? row.page }),
    start: Number(row.start),
    end: Number(row.end),
    headings: row.headings,
    text: row.text,
    tokens: row.tokens,
  };
}
