/** Jobs, their steps, what happened to them, and what they gave up on. */
import {
  type ErrorRecord,
  type HandlerName,
  handlerWorkers,
  type JobKind,
  type JobStatus,
  jobKinds,
  jobStatuses,
  type OnItemFailure,
  type StepFailure,
  type StepLogLine,
  type StepStatus,
  stepStatuses,
  type UsageEstimate,
  type WorkerType,
  workerTypes,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import {
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { createdAt, moment, oneOf } from './columns.ts';

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
    /** What it may use of its account's month, kept free for it until it has settled; null where nothing is limited. */
    usageEstimate: jsonb('usage_estimate').$type<UsageEstimate>(),
    output: jsonb('output').$type<Record<string, unknown>>(),
    error: jsonb('error').$type<ErrorRecord>(),
    requestId: text('request_id'),
    /**
     * The version of a learning plan that it makes: known beforehand where the plan is there, else when it has succeeded. Written by
     * `accept_job`, which looks for the plan, and by `record_plan_version`, which makes it.
     */
    planId: text('plan_id'),
    planVersion: integer('plan_version'),
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
    check('jobs_plan', sql`(${table.planId} is null) = (${table.planVersion} is null)`),
    // Two that make a version of one plan at the same time would both make the next one.
    uniqueIndex('jobs_one_regeneration')
      .on(table.planId)
      .where(sql`${table.planId} is not null and ${table.settledAt} is null`),
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
    index('jobs_reserving')
      .on(table.accountId)
      .where(sql`${table.usageEstimate} is not null and ${table.settledAt} is null`),
    index('jobs_running').on(table.enqueueLeaseUntil).where(sql`${table.status} = 'running'`),
  ],
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
    /** Held for the steps that it may add when it runs. What is left of it is never captured. */
    reserve: integer('reserve').notNull().default(0),
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
    /** The provider whose open breaker it waits behind, from the first refusal until it goes on: what is said once is said then. */
    waitsFor: text('waits_for'),
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
    check('steps_reserve', sql`${table.reserve} >= 0`),
    uniqueIndex('steps_job_key').on(table.jobId, table.key),
    uniqueIndex('steps_job_position').on(table.jobId, table.position),
    // No index names a column that a claim or an end of a step writes: such a write would touch all indexes.
    index('steps_parent').on(table.parentId),
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

export const replayedBy = ['account', 'operator'] as const;
export type ReplayedBy = (typeof replayedBy)[number];

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
