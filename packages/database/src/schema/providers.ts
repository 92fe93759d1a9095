/** Calls of generation providers: breakers, budgets, what was bought and what it gave. */
import { type BreakerState, breakerStates } from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { createdAt, moment, oneOf } from './columns.ts';
import { jobs } from './jobs.ts';

/** How a call of a provider ended; `saved` is a call that was not made, because its result was there. */
export const callOutcomes = ['running', 'succeeded', 'failed', 'aborted', 'lost', 'saved'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** Where each provider's model stands, for all processes: its breaker and its budgets. Locked by every call that begins or ends. */
export const providerStates = pgTable(
  'provider_states',
  {
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    breaker: text('breaker').$type<BreakerState>().notNull().default('closed'),
    failures: integer('failures').notNull().default(0),
    /** Increased with every move of the breaker: what ends under a later one than it began under says nothing. */
    epoch: integer('epoch').notNull().default(0),
    openUntil: moment('open_until'),
    /** The probe is a lease: when it has run out, the next call takes it over. */
    probeStepId: text('probe_step_id'),
    probeUntil: moment('probe_until'),
    /** The provider itself asked everybody to wait until then. */
    pausedUntil: moment('paused_until'),
    /** What the two buckets held at `refilled_at`; null while they are full. */
    requestLevel: doublePrecision('request_level'),
    tokenLevel: doublePrecision('token_level'),
    refilledAt: moment('refilled_at'),
    /** Start tag of the last call that was let through. */
    virtualTime: doublePrecision('virtual_time').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.model] }),
    check('provider_states_breaker', oneOf(table.breaker, breakerStates)),
  ],
);

/** Finish tag of each account's last call: where its next one stands in the fair order. */
export const providerTags = pgTable(
  'provider_tags',
  {
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    finish: doublePrecision('finish').notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.model, table.accountId] })],
);

/** Steps that wait for room in a budget, in fair order. One that does not come back stops counting two seconds after its time. */
export const providerWaits = pgTable(
  'provider_waits',
  {
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    stepId: text('step_id').notNull(),
    accountId: text('account_id').notNull(),
    start: doublePrecision('start').notNull(),
    finish: doublePrecision('finish').notNull(),
    tokens: integer('tokens').notNull(),
    retryAt: moment('retry_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.model, table.stepId] }),
    index('provider_waits_retry_at').on(table.provider, table.model, table.retryAt),
  ],
);

/** One row for each call of a provider, and for each that was saved. */
export const providerCalls = pgTable(
  'provider_calls',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    jobId: text('job_id').references(() => jobs.id, { onDelete: 'set null' }),
    stepId: text('step_id').notNull(),
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    resultKey: text('result_key').notNull(),
    outcome: text('outcome').$type<CallOutcome>().notNull(),
    errorCode: text('error_code'),
    probe: boolean('probe').notNull().default(false),
    epoch: integer('epoch').notNull().default(0),
    reservedTokens: integer('reserved_tokens').notNull().default(0),
    /** Null where the provider did not say. */
    inputTokens: integer('input_tokens'),
    outputTokens: integer('output_tokens'),
    pictures: integer('pictures').notNull().default(0),
    /** Millionths of a US dollar by the price at the time; null while it runs, and where nobody knows. */
    micros: bigint('micros', { mode: 'number' }),
    durationMs: integer('duration_ms'),
    startedAt: moment('started_at').notNull(),
    /** After this a call that has not ended is lost. */
    expiresAt: moment('expires_at'),
    endedAt: moment('ended_at'),
  },
  (table) => [
    check('provider_calls_outcome', oneOf(table.outcome, callOutcomes)),
    check('provider_calls_ended', sql`(${table.endedAt} is null) = (${table.outcome} = 'running')`),
    index('provider_calls_job').on(table.jobId),
    index('provider_calls_account').on(table.accountId, table.endedAt, table.id),
    index('provider_calls_recent').on(table.provider, table.model, table.startedAt),
    index('provider_calls_running').on(table.expiresAt).where(sql`${table.outcome} = 'running'`),
  ],
);

/**
 * What an account's calls came to, a row for each month (by its first day, UTC), provider and model: sums that outlive the calls. Written
 * by `record_usage` in the transaction that ends a call.
 */
export const usageMonths = pgTable(
  'usage_months',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    month: date('month').notNull(),
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    calls: bigint('calls', { mode: 'number' }).notNull().default(0),
    failed: bigint('failed', { mode: 'number' }).notNull().default(0),
    saved: bigint('saved', { mode: 'number' }).notNull().default(0),
    inputTokens: bigint('input_tokens', { mode: 'number' }).notNull().default(0),
    outputTokens: bigint('output_tokens', { mode: 'number' }).notNull().default(0),
    pictures: bigint('pictures', { mode: 'number' }).notNull().default(0),
    micros: bigint('micros', { mode: 'number' }).notNull().default(0),
    unpricedCalls: bigint('unpriced_calls', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.month, table.provider, table.model] }),
    check(
      'usage_months_sums',
      sql`least(${table.calls}, ${table.failed}, ${table.saved}, ${table.micros}) >= 0`,
    ),
  ],
);

/**
 * Results of provider calls by what decides them, within their account. A row without bytes is a claim: its step is buying the
 * result, and others of the account wait for it. Whoever deletes blobs must look here as well as into `assets`.
 */
export const storedResults = pgTable(
  'stored_results',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** SHA-256 of provider, model, prompt, parameters and the inputs' digests, hex. */
    key: text('key').notNull(),
    /** The call that makes or made it. */
    callId: bigint('call_id', { mode: 'number' }).notNull(),
    stepId: text('step_id').notNull(),
    /** Of a claim; null once there is a result. */
    leaseUntil: moment('lease_until'),
    storageKey: text('storage_key'),
    mediaType: text('media_type'),
    bytes: bigint('bytes', { mode: 'number' }),
    sha256: text('sha256'),
    width: integer('width'),
    height: integer('height'),
    model: text('model'),
    createdAt: createdAt(),
    usedAt: moment('used_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.key] }),
    check('stored_results_ready', sql`(${table.leaseUntil} is null) = (${table.storageKey} is not null)`),
    index('stored_results_storage_key').on(table.storageKey),
    index('stored_results_used').on(table.usedAt),
  ],
);
