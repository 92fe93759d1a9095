/** Learning plans and their versions. */
import type { PlanSource } from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { assets } from './assets.ts';
import { createdAt, moment } from './columns.ts';
import { jobs } from './jobs.ts';

export const plans = pgTable(
  'plans',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    /** Versions are numbered from 1 without gaps: `record_plan_version` goes on from here, and from nowhere else. */
    latestVersion: integer('latest_version').notNull(),
    createdAt: createdAt(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    check('plans_latest_version', sql`${table.latestVersion} >= 1`),
    index('plans_account').on(table.accountId, table.id),
  ],
);

/**
 * What a job has made of a plan, for good: a trigger refuses every change but the loss of the job's own row. Whoever deletes assets
 * has to leave these: their references do not let them go.
 */
export const planVersions = pgTable(
  'plan_versions',
  {
    planId: text('plan_id')
      .notNull()
      .references(() => plans.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    /** The version that it was made from; null for the first. */
    baseVersion: integer('base_version'),
    jobId: text('job_id').references(() => jobs.id, { onDelete: 'set null' }),
    /** The input of a learning plan, overrides merged in. */
    values: jsonb('values').$type<Record<string, unknown>>().notNull(),
    /** Documents that it was made from, those that could be read. */
    sources: jsonb('sources').$type<PlanSource[]>().notNull(),
    pages: integer('pages').notNull(),
    documentAssetId: text('document_asset_id')
      .notNull()
      .references(() => assets.id),
    planAssetId: text('plan_asset_id')
      .notNull()
      .references(() => assets.id),
    markdownAssetId: text('markdown_asset_id')
      .notNull()
      .references(() => assets.id),
    calendarAssetId: text('calendar_asset_id')
      .notNull()
      .references(() => assets.id),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.planId, table.version] }),
    check(
      'plan_versions_base',
      sql`(${table.version} = 1 and ${table.baseVersion} is null) or (${table.version} > 1 and ${table.baseVersion} between 1 and ${table.version} - 1)`,
    ),
    uniqueIndex('plan_versions_job').on(table.jobId),
    // What a delete of an asset looks up.
    index('plan_versions_document').on(table.documentAssetId),
    index('plan_versions_plan').on(table.planAssetId),
    index('plan_versions_markdown').on(table.markdownAssetId),
    index('plan_versions_calendar').on(table.calendarAssetId),
  ],
);
