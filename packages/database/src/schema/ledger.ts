/** Where credits go. */
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { createdAt, oneOf } from './columns.ts';
import { jobs } from './jobs.ts';

export const creditKinds = ['grant', 'hold', 'capture', 'refund'] as const;
export type CreditKind = (typeof creditKinds)[number];

/** The ledger: append-only (a trigger refuses update and delete), written by `increment_user_credits` and `settle_user_credits` alone. */
export const creditEntries = pgTable(
  'credit_entries',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    jobId: text('job_id').references(() => jobs.id),
    kind: text('kind').$type<CreditKind>().notNull(),
    /** Credits, never negative. */
    amount: integer('amount').notNull(),
    /** What it did to the balance: a capture only says that held credits are spent for good. */
    delta: integer('delta').notNull(),
    balanceAfter: bigint('balance_after', { mode: 'number' }).notNull(),
    reason: text('reason').notNull(),
    /** Of the job: its hold, capture and refund belong together. */
    round: integer('round').notNull().default(1),
    createdAt: createdAt(),
  },
  (table) => [
    check('credit_entries_kind', oneOf(table.kind, creditKinds)),
    check(
      'credit_entries_delta',
      sql`${table.amount} >= 0 and ${table.delta} = case ${table.kind} when 'grant' then ${table.amount} when 'hold' then -${table.amount} when 'refund' then ${table.amount} else 0 end`,
    ),
    check('credit_entries_job', sql`(${table.jobId} is null) = (${table.kind} = 'grant')`),
    check('credit_entries_balance', sql`${table.balanceAfter} >= 0`),
    uniqueIndex('credit_entries_once').on(table.jobId, table.kind, table.round),
    index('credit_entries_account').on(table.accountId, table.id),
  ],
);
