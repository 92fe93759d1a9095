/** What operators and processes leave in the database. */
import { type CanaryReport, workerTypes } from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment, oneOf } from './columns.ts';

/** One-time login links and the operator sessions that they open; only hashes are kept. */
export const operatorLogins = pgTable('operator_logins', {
  tokenHash: text('token_hash').primaryKey(),
  expiresAt: moment('expires_at').notNull(),
});

export const operatorSessions = pgTable('operator_sessions', {
  sessionHash: text('session_hash').primaryKey(),
  expiresAt: moment('expires_at').notNull(),
});

/** What a process may be made of: each part says in `worker_processes` that it lives. */
export const processParts = ['api', 'maintenance', ...workerTypes] as const;
export type ProcessPart = (typeof processParts)[number];

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
