/** Ingested documents and their chunks. */
import { type DocumentFormat, documentFormats } from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { createdAt, moment, oneOf } from './columns.ts';

/** Numbers of a vector as 32-bit floats, least significant byte first: a third of what PostgreSQL's own array takes. */
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * One row for each document that an account has ingested, by what decides everything that is in it. It is seen once it is
 * complete; what a lost step has left incomplete is deleted after a while, chunks included. Whoever deletes blobs must look
 * here as well as into `assets`.
 */
export const documents = pgTable(
  'documents',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    digest: text('digest').notNull(),
    sourceSha256: text('source_sha256').notNull(),
    format: text('format').$type<DocumentFormat>().notNull(),
    title: text('title'),
    language: text('language'),
    pages: integer('pages'),
    characters: bigint('characters', { mode: 'number' }).notNull(),
    chunks: integer('chunks').notNull(),
    tokens: bigint('tokens', { mode: 'number' }).notNull(),
    /** Provider, model and dimensions of the vectors; null without any. */
    embedding: jsonb('embedding'),
    /** The normalised text. */
    storageKey: text('storage_key').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    createdAt: createdAt(),
    completedAt: moment('completed_at'),
    usedAt: moment('used_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.digest] }),
    check('documents_digest', sql`${table.digest} ~ '^[0-9a-f]{64}$'`),
    check('documents_format', oneOf(table.format, documentFormats)),
    index('documents_storage_key').on(table.storageKey),
    index('documents_used').on(table.usedAt),
  ],
);

export const documentChunks = pgTable(
  'document_chunks',
  {
    accountId: text('account_id').notNull(),
    /** UUIDv5 of digest, position and the text's hash: the same chunk written twice is the same row. */
    id: uuid('id').notNull(),
    digest: text('digest').notNull(),
    position: integer('position').notNull(),
    page: integer('page'),
    lastPage: integer('last_page'),
    /** UTF-16 units of the normalised text; `end` is exclusive. */
    start: bigint('start', { mode: 'number' }).notNull(),
    end: bigint('end', { mode: 'number' }).notNull(),
    headings: jsonb('headings').$type<readonly string[]>().notNull(),
    text: text('text').notNull(),
    tokens: integer('tokens').notNull(),
    /** Of unit length; null without vectors. */
    vector: bytes('vector'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    foreignKey({
      name: 'document_chunks_document',
      columns: [table.accountId, table.digest],
      foreignColumns: [documents.accountId, documents.digest],
    }).onDelete('cascade'),
    uniqueIndex('document_chunks_position').on(table.accountId, table.digest, table.position),
    check('document_chunks_range', sql`${table.start} >= 0 and ${table.end} > ${table.start}`),
    check('document_chunks_text', sql`length(${table.text}) between 1 and 65536`),
    check('document_chunks_vector', sql`length(${table.vector}) % 4 = 0`),
  ],
);
