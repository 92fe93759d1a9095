/** The order in which jobs wait, and how fast they are admitted. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';

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
