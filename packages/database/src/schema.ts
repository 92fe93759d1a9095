/** Every table. Status values and their allowed moves come from `@pressroom/domain`; the checks below keep SQL true to them. */
import type {
  BreakerState,
  CanaryReport,
  ErrorRecord,
  JobKind,
  JobStatus,
  OnItemFailure,
  StepFailure,
  StepLogLine,
  StepStatus,
  WorkerType,
} from '@pressroom/domain';
import {
  breakerStates,
  type HandlerName,
  handlerWorkers,
  jobKinds,
  jobStatuses,
  stepStatuses,
  workerTypes,
} from '@pressroom/domain';
import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

export const assetRoles = ['original', 'normalised', 'thumbnail', 'generated', 'document'] as const;
export type AssetRole = (typeof assetRoles)[number];
export const creditKinds = ['grant', 'hold', 'capture', 'refund'] as const;
export type CreditKind = (typeof creditKinds)[number];
export const replayedBy = ['account', 'operator'] as const;
export type ReplayedBy = (typeof replayedBy)[number];
export const apiScopes = ['assets', 'jobs', 'account'] as const;
export type ApiScope = (typeof apiScopes)[number];

/** What a process may be made of: each part says in `worker_processes` that it lives. */
export const processParts = ['api', 'maintenance', ...workerTypes] as const;
export type ProcessPart = (typeof processParts)[number];

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
const createdAt = () => moment('created_at').notNull().defaultNow();

export const accounts = pgTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    /** Credits. Equals the sum of the account's `credit_entries.delta`; changed only by `increment_user_credits`. */
    balance: bigint('balance', { mode: 'number' }).notNull().default(0),
    /** Its share of the queue against the accounts that wait beside it: 2 gets twice what 1 gets. */
    weight: doublePrecision('weight').notNull().default(1),
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

export const jobs = pgTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    kind: text('kind').$type<JobKind>().notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    status: text('status').$type<JobStatus>().notNull().default('queued'),
    priority: integer('priority').notNull().default(0),
    onItemFailure: text('on_item_failure').$type<OnItemFailure>().notNull(),
    delayUntil: moment('delay_until'),
    /** Past it the job is cancelled, whether it waits or runs. */
    deadline: moment('deadline'),
    /** Its start tag in the order of its priority, there exactly while it waits to be admitted; given by `queue_job`. */
    fairKey: doublePrecision('fair_key'),
    /** When it got its key: at submission, or when its delay was over. */
    queuedAt: moment('queued_at'),
    /** What its key was when it was admitted. */
    admittedKey: doublePrecision('admitted_key'),
    /** Milliseconds after `queued_at` by which half, and nine tenths, of such jobs should be admitted; as said at that time. */
    estimateHalfMs: integer('estimate_half_ms'),
    estimateMostMs: integer('estimate_most_ms'),
    metadata: jsonb('metadata').$type<Record<string, string>>().notNull().default({}),
    /** Credits held at submission: capture + refund when the job has settled. */
    price: integer('price').notNull(),
    /** Over all rounds. */
    captured: integer('captured'),
    /** What the last round gave back: the next one holds it again. */
    refunded: integer('refunded'),
    /** From 1; a retry of the settled job begins the next one. Each has a hold, a capture and a refund of its own. */
    round: integer('round').notNull().default(1),
    /** Captured in the rounds before this one, which holds the rest of the price. */
    capturedBefore: integer('captured_before').notNull().default(0),
    /** Increased with every (re)build of the job's flow: payloads of an older one are refused. */
    generation: integer('generation').notNull().default(0),
    /** Until when the dispatcher that admitted the job has to confirm that its flow is in the queue. */
    enqueueLeaseUntil: moment('enqueue_lease_until'),
    enqueuedAt: moment('enqueued_at'),
    lastEventSequence: integer('last_event_sequence').notNull().default(0),
    output: jsonb('output').$type<Record<string, unknown>>(),
    error: jsonb('error').$type<ErrorRecord>(),
    requestId: text('request_id'),
    createdAt: createdAt(),
    admittedAt: moment('admitted_at'),
    settledAt: moment('settled_at'),
  },
  (table) => [
    check('jobs_status', oneOf(table.status, jobStatuses)),
    check('jobs_kind', oneOf(table.kind, jobKinds)),
    check('jobs_on_item_failure', oneOf(table.onItemFailure, ['fail', 'skip'])),
    check('jobs_price', sql`${table.price} >= 0`),
    check(
      'jobs_round',
      sql`${table.round} >= 1 and ${table.capturedBefore} between 0 and ${table.price} and (${table.captured} is null or ${table.captured} >= ${table.capturedBefore})`,
    ),
    check(
      'jobs_settlement',
      sql`(${table.settledAt} is null and ${table.captured} is null and ${table.refunded} is null and ${table.status} in ('queued', 'running'))
        or (${table.settledAt} is not null and ${table.captured} is not null and ${table.refunded} is not null and ${table.captured} + ${table.refunded} = ${table.price} and ${table.captured} >= 0 and ${table.refunded} >= 0 and ${table.status} not in ('queued', 'running'))`,
    ),
    index('jobs_account').on(table.accountId, table.id),
    check('jobs_fair_key', sql`${table.fairKey} is null or ${table.status} = 'queued'`),
    check('jobs_deadline', sql`${table.deadline} > ${table.delayUntil}`),
    index('jobs_waiting')
      .on(table.accountId, table.priority, table.fairKey, table.id)
      .where(sql`${table.fairKey} is not null`),
    index('jobs_without_key')
      .on(sql`coalesce(${table.delayUntil}, ${table.createdAt})`)
      .where(sql`${table.status} = 'queued' and ${table.fairKey} is null`),
    index('jobs_in_window')
      .on(table.accountId)
      .where(sql`${table.admittedKey} is not null and ${table.settledAt} is null`),
    index('jobs_by_deadline')
      .on(table.deadline)
      .where(sql`${table.deadline} is not null and ${table.settledAt} is null`),
    index('jobs_settled').on(table.settledAt, table.id).where(sql`${table.settledAt} is not null`),
    index('jobs_running').on(table.enqueueLeaseUntil).where(sql`${table.status} = 'running'`),
  ],
);

/** An account's jobs of one priority wait in a lane. The lanes are what a claim looks at, not the jobs behind their heads. */
export const accountLanes = pgTable(
  'account_lanes',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    priority: integer('priority').notNull(),
    /** The finish tag of the job that was admitted last. */
    finishTag: doublePrecision('finish_tag').notNull().default(0),
    /** At most the key of the first job that waits; null only when none does. */
    headKey: doublePrecision('head_key'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.priority] }),
    index('account_lanes_waiting')
      .on(table.priority.desc().nullsFirst(), table.headKey, table.accountId)
      .where(sql`${table.headKey} is not null`),
  ],
);

/** Each priority is a queue of its own, with its own virtual time. Written by claims alone, which take turns. */
export const priorityLanes = pgTable('priority_lanes', {
  priority: integer('priority').primaryKey(),
  /** The highest key whose job has been served. Never decreases. */
  virtualTime: doublePrecision('virtual_time').notNull().default(0),
  /** What the queue's own order counts from: the virtual time when the lane last had no job in the queue. */
  queueBase: doublePrecision('queue_base').notNull().default(0),
});

/** One row: how fast jobs are admitted, and how good the estimates were. Written by claims alone, which take turns. */
export const dispatchPace = pgTable(
  'dispatch_pace',
  {
    id: integer('id').primaryKey().default(1),
    observedAt: timestamp('observed_at', { withTimezone: true }).notNull().defaultNow(),
    /** True while jobs wait for a place: only then does the pace say what the system can do. */
    saturated: boolean('saturated').notNull().default(false),
    /** Credits that were admitted in so many seconds of saturation; both fade with time. */
    credits: doublePrecision('credits').notNull().default(0),
    seconds: doublePrecision('seconds').notNull().default(0),
    windowFlows: integer('window_flows').notNull().default(0),
    accountWindowFlows: integer('account_window_flows').notNull().default(0),
    /** By what the computed wait is multiplied so that half, and nine tenths, of the jobs are admitted within it. */
    halfFactor: doublePrecision('half_factor').notNull().default(1),
    mostFactor: doublePrecision('most_factor').notNull().default(2),
    estimates: bigint('estimates', { mode: 'number' }).notNull().default(0),
    withinHalf: bigint('within_half', { mode: 'number' }).notNull().default(0),
    withinMost: bigint('within_most', { mode: 'number' }).notNull().default(0),
  },
  (table) => [check('dispatch_pace_one_row', sql`${table.id} = 1`)],
);

export const steps = pgTable(
  'steps',
  {
    id: text('id').primaryKey(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    parentId: text('parent_id'),
    key: text('key').notNull(),
    /** Plan order within the job, children before parents. */
    position: integer('position').notNull(),
    handler: text('handler').$type<HandlerName>().notNull(),
    worker: text('worker').$type<WorkerType>().notNull(),
    itemIndex: integer('item_index'),
    credits: integer('credits').notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    status: text('status').$type<StepStatus>().notNull().default('pending'),
    generation: integer('generation').notNull().default(0),
    /** The fencing token: increased by every claim; a write that names an older one changes nothing. */
    fence: integer('fence').notNull().default(0),
    claimedBy: text('claimed_by'),
    claimedAt: moment('claimed_at'),
    /** Of the flow that the claim came by. */
    claimedGeneration: integer('claimed_generation'),
    /** Attempts that failed and count. Shutdowns and throttled waits do not. */
    attempts: integer('attempts').notNull().default(0),
    /** How often the process that ran it was lost: the queue delivered it again while another one still had it. */
    losses: integer('losses').notNull().default(0),
    /** Milliseconds that throttling providers have made it wait. */
    throttledMs: integer('throttled_ms').notNull().default(0),
    /** When a step that was handed back is tried again. */
    retryAt: moment('retry_at'),
    /** Everything that went wrong with it, oldest first, over all rounds; the oldest are dropped above a limit. */
    failures: jsonb('failures').$type<StepFailure[]>().notNull().default([]),
    stage: text('stage'),
    stageData: jsonb('stage_data').$type<Record<string, unknown>>(),
    progressDone: integer('progress_done').notNull().default(0),
    progressTotal: integer('progress_total').notNull().default(0),
    output: jsonb('output').$type<Record<string, unknown>>(),
    error: jsonb('error').$type<ErrorRecord>(),
    startedAt: moment('started_at'),
    settledAt: moment('settled_at'),
  },
  (table) => [
    check('steps_status', oneOf(table.status, stepStatuses)),
    check('steps_worker', oneOf(table.worker, workerTypes)),
    check('steps_handler', oneOf(table.handler, Object.keys(handlerWorkers))),
    check('steps_settled', sql`(${table.settledAt} is null) = (${table.status} in ('pending', 'running'))`),
    check('steps_output', sql`(${table.output} is not null) = (${table.status} = 'succeeded')`),
    check('steps_attempts', sql`${table.attempts} >= 0 and ${table.fence} >= 0 and ${table.credits} >= 0`),
    check('steps_waits', sql`${table.losses} >= 0 and ${table.throttledMs} >= 0`),
    uniqueIndex('steps_job_key').on(table.jobId, table.key),
    uniqueIndex('steps_job_position').on(table.jobId, table.position),
    index('steps_parent').on(table.parentId),
    // Those whose work files a maintenance task looks for.
    index('steps_leftover')
      .on(table.settledAt, table.id)
      .where(
        sql`${table.settledAt} is not null and ${table.stage} is not null and (${table.status} <> 'succeeded' or ${table.fence} > 1)`,
      ),
    foreignKey({ name: 'steps_parent', columns: [table.parentId], foreignColumns: [table.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** How long each stage of a step took, one row for each time it ran. */
export const stageRuns = pgTable(
  'stage_runs',
  {
    stepId: text('step_id')
      .notNull()
      .references(() => steps.id, { onDelete: 'cascade' }),
    fence: integer('fence').notNull(),
    stage: text('stage').notNull(),
    startedAt: moment('started_at').notNull(),
    durationMs: integer('duration_ms').notNull(),
    errorCode: text('error_code'),
  },
  (table) => [primaryKey({ columns: [table.stepId, table.fence, table.stage] })],
);

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

/** What happened to a job, in a sequence without gaps: the source of live events. */
export const jobEvents = pgTable(
  'job_events',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    sequence: integer('sequence').notNull(),
    type: text('type').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.sequence] }),
    check('job_events_sequence', sql`${table.sequence} > 0`),
  ],
);

/** The ledger: append-only (a trigger refuses update and delete), written by `increment_user_credits` alone. */
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

/** Steps that gave up, one row for each time: what they were to do, what went wrong, and what they logged last. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    stepId: text('step_id')
      .notNull()
      .references(() => steps.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<JobKind>().notNull(),
    key: text('key').notNull(),
    handler: text('handler').$type<HandlerName>().notNull(),
    worker: text('worker').$type<WorkerType>().notNull(),
    itemIndex: integer('item_index'),
    round: integer('round').notNull(),
    generation: integer('generation').notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    error: jsonb('error').$type<ErrorRecord>().notNull(),
    failures: jsonb('failures').$type<StepFailure[]>().notNull(),
    /** The last lines of its last attempt; empty when the process that ran it was lost. */
    logs: jsonb('logs').$type<StepLogLine[]>().notNull(),
    createdAt: createdAt(),
    /** When its step was started again, and by whom. */
    replayedAt: moment('replayed_at'),
    replayedBy: text('replayed_by').$type<ReplayedBy>(),
  },
  (table) => [
    check('dead_letters_replayed', sql`(${table.replayedAt} is null) = (${table.replayedBy} is null)`),
    check('dead_letters_replayed_by', oneOf(table.replayedBy, replayedBy)),
    index('dead_letters_account').on(table.accountId, table.id),
    index('dead_letters_open').on(table.id).where(sql`${table.replayedAt} is null`),
    index('dead_letters_step').on(table.stepId),
    index('dead_letters_job').on(table.jobId),
  ],
);

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    /** SHA-256 of the canonical request, hex. */
    requestHash: text('request_hash').notNull(),
    jobId: text('job_id').references(() => jobs.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.key] }),
    index('idempotency_keys_created').on(table.createdAt),
  ],
);

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
    index('provider_calls_account').on(table.accountId, table.id),
    index('provider_calls_recent').on(table.provider, table.model, table.startedAt),
    index('provider_calls_running').on(table.expiresAt).where(sql`${table.outcome} = 'running'`),
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

/** One-time login links and the operator sessions that they open; only hashes are kept. */
export const operatorLogins = pgTable('operator_logins', {
  tokenHash: text('token_hash').primaryKey(),
  expiresAt: moment('expires_at').notNull(),
});
export const operatorSessions = pgTable('operator_sessions', {
  sessionHash: text('session_hash').primaryKey(),
  expiresAt: moment('expires_at').notNull(),
});

/** Who works: one row for each part of each process, renewed by its beats. A row whose beats have ended expires. */
export const workerProcesses = pgTable(
  'worker_processes',
  {
    id: text('id').primaryKey(),
    /** Name, host and process id, as in `steps.claimed_by`. */
    process: text('process').notNull(),
    type: text('type').$type<ProcessPart>().notNull(),
    version: text('version').notNull(),
    host: text('host').notNull(),
    startedAt: moment('started_at').notNull(),
    beatAt: moment('beat_at').notNull(),
    /** Null for parts that take no steps. */
    canary: jsonb('canary').$type<CanaryReport>(),
  },
  (table) => [
    check('worker_processes_type', oneOf(table.type, processParts)),
    index('worker_processes_beat').on(table.beatAt),
  ],
);

/** One row for each task of the maintenance: who does it now, until when nobody else may, and how it went the last time. */
export const maintenanceTasks = pgTable('maintenance_tasks', {
  task: text('task').primaryKey(),
  startedAt: moment('started_at').notNull(),
  leaseUntil: moment('lease_until'),
  runBy: text('run_by').notNull(),
  finishedAt: moment('finished_at'),
  durationMs: integer('duration_ms'),
  found: integer('found'),
  fixed: integer('fixed'),
  error: text('error'),
  /** What the task wants to know in its next run, whichever process does it. */
  memory: jsonb('memory').$type<Record<string, unknown>>(),
});

/** One row: what `apply-functions.ts` has put into this database. */
export const sqlFunctions = pgTable(
  'sql_functions',
  {
    id: integer('id').primaryKey().default(1),
    /** SHA-256 of all functions, hex. */
    hash: text('hash').notNull(),
    /** The newest migration that they were written for: a build that knows only older ones leaves them alone. */
    migration: bigint('migration', { mode: 'number' }).notNull(),
  },
  (table) => [check('sql_functions_one_row', sql`${table.id} = 1`)],
);

function oneOf(column: AnyPgColumn, values: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`;
}
