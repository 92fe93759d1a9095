/** Accounts and their keys. */
import { sql } from 'drizzle-orm';
import { bigint, check, doublePrecision, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, moment } from './columns.ts';

export const apiScopes = ['assets', 'jobs', 'account'] as const;
export type ApiScope = (typeof apiScopes)[number];

export const accounts = pgTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    /** Credits. Equals the sum of the account's `credit_entries.delta`; changed only by `increment_user_credits` and `settle_user_credits`. */
    balance: bigint('balance', { mode: 'number' }).notNull().default(0),
    /** Its share of the queue against the accounts that wait beside it: 2 gets twice what 1 gets. */
    weight: doublePrecision('weight').notNull().default(1),
    /** Names its monthly limits in the settings; null: those of accounts without one. */
    tier: text('tier'),
    /** Whom Stripe bills for what the account uses. */
    stripeCustomerId: text('stripe_customer_id'),
    createdAt: createdAt(),
  },
  (table) => [
    check('accounts_balance_not_negative', sql`${table.balance} >= 0`),
    check('accounts_weight', sql`${table.weight} between 0.01 and 100`),
  ],
);

export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256 of the whole key, hex. The key has 256 random bits, so a slow hash would protect nothing more. */
    secretHash: text('secret_hash').notNull(),
    /** The first characters, to tell keys apart in a list. */
    hint: text('hint').notNull(),
    scopes: text('scopes').array().$type<ApiScope[]>().notNull(),
    createdAt: createdAt(),
    revokedAt: moment('revoked_at'),
  },
  (table) => [
    uniqueIndex('api_keys_secret_hash').on(table.secretHash),
    index('api_keys_account').on(table.accountId),
  ],
);
