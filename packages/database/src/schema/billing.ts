/** What is on its way to where usage is billed. */
import {
  type ErrorCode,
  type UsageExportStatus,
  type UsageMeterName,
  usageExportStatuses,
  usageMeters,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { createdAt, moment, oneOf } from './columns.ts';

/**
 * The outbox of usage: a row for each meter that a call of a billed account moved, written in the transaction that ends the call. It
 * outlives the call, which retention may delete.
 */
export const usageExports = pgTable(
  'usage_exports',
  {
    /** A UUID: what the billing service knows an event again by. */
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    customerId: text('customer_id').notNull(),
    callId: bigint('call_id', { mode: 'number' }).notNull(),
    meter: text('meter').$type<UsageMeterName>().notNull(),
    value: bigint('value', { mode: 'number' }).notNull(),
    usedAt: moment('used_at').notNull(),
    status: text('status').$type<UsageExportStatus>().notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    /** Of the attempts since it was written or replayed; the identifier is remembered from then on. */
    firstSentAt: moment('first_sent_at'),
    retryAt: moment('retry_at').notNull().defaultNow(),
    errorCode: text('error_code').$type<ErrorCode>(),
    errorMessage: text('error_message'),
    settledAt: moment('settled_at'),
    createdAt: createdAt(),
  },
  (table) => [
    check('usage_exports_status', oneOf(table.status, usageExportStatuses)),
    check('usage_exports_meter', oneOf(table.meter, usageMeters)),
    check('usage_exports_settled', sql`(${table.settledAt} is null) = (${table.status} = 'pending')`),
    check('usage_exports_value', sql`${table.value} > 0`),
    uniqueIndex('usage_exports_once').on(table.callId, table.meter),
    index('usage_exports_pending').on(table.retryAt).where(sql`${table.status} = 'pending'`),
    index('usage_exports_parked').on(table.id).where(sql`${table.status} = 'parked'`),
    index('usage_exports_sent').on(table.settledAt).where(sql`${table.status} = 'sent'`),
  ],
);
