/** Stored bytes. */
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { createdAt, oneOf } from './columns.ts';
import { steps } from './jobs.ts';

export const assetRoles = ['original', 'normalised', 'thumbnail', 'generated', 'document'] as const;
export type AssetRole = (typeof assetRoles)[number];

export const assets = pgTable(
  'assets',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    role: text('role').$type<AssetRole>().notNull(),
    storageKey: text('storage_key').notNull(),
    mediaType: text('media_type').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    width: integer('width'),
    height: integer('height'),
    /** The step that made it; null for what was uploaded. */
    stepId: text('step_id').references(() => steps.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
  },
  (table) => [
    check('assets_role', oneOf(table.role, assetRoles)),
    check('assets_bytes', sql`${table.bytes} > 0`),
    check('assets_sha256', sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
    index('assets_account').on(table.accountId, table.id),
    index('assets_storage_key').on(table.storageKey),
    index('assets_step').on(table.stepId),
  ],
);
