import type { AssetReference, StoredPlanVersion } from '@pressroom/domain';
import { and, desc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { ofAccount } from '../guard.ts';
import { jobs, plans, planVersions } from '../schema.ts';
import { type AssetRow, findAssets } from './assets.ts';

export type PlanVersionRow = typeof planVersions.$inferSelect;
export type PlanRow = typeof plans.$inferSelect & { readonly topic: string };

const topic = sql<string>`${planVersions.values} ->> 'topic'`;

export interface PlanListQuery {
  readonly accountId: string;
  /** Only plans older than this one: ids sort by time. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

/** Newest first, with the topic of the newest version. */
export async function listPlans(executor: Executor, query: PlanListQuery): Promise<readonly PlanRow[]> {
  return await executor
    .select({ ...getTableColumns(plans), topic })
    .from(plans)
    .innerJoin(planVersions, latest())
    .where(
      and(
        ofAccount(plans.accountId, query.accountId),
        query.beforeId === undefined ? undefined : lt(plans.id, query.beforeId),
      ),
    )
    .orderBy(desc(plans.accountId), desc(plans.id))
    .limit(query.limit);
}

export async function findPlan(
  executor: Executor,
  accountId: string,
  planId: string,
): Promise<PlanRow | undefined> {
  const [row] = await executor
    .select({ ...getTableColumns(plans), topic })
    .from(plans)
    .innerJoin(planVersions, latest())
    .where(and(eq(plans.id, planId), eq(plans.accountId, accountId)));
  return row;
}

function latest() {
  return and(eq(planVersions.planId, plans.id), eq(planVersions.version, plans.latestVersion));
}

/** Newest first. */
export async function listPlanVersions(
  executor: Executor,
  planId: string,
): Promise<readonly PlanVersionRow[]> {
  return await executor
    .select()
    .from(planVersions)
    .where(eq(planVersions.planId, planId))
    .orderBy(desc(planVersions.version));
}

export async function findPlanVersion(
  executor: Executor,
  planId: string,
  version: number,
): Promise<PlanVersionRow | undefined> {
  const [row] = await executor
    .select()
    .from(planVersions)
    .where(and(eq(planVersions.planId, planId), eq(planVersions.version, version)));
  return row;
}

/** What a version is kept in, by the form. */
export async function findPlanAssets(
  executor: Executor,
  accountId: string,
  row: PlanVersionRow,
): Promise<Readonly<Record<'pdf' | 'json' | 'md' | 'ics', AssetRow>>> {
  const ids = {
    pdf: row.documentAssetId,
    json: row.planAssetId,
    md: row.markdownAssetId,
    ics: row.calendarAssetId,
  };
  const found = new Map(
    (await findAssets(executor, accountId, Object.values(ids))).map((each) => [each.id, each]),
  );
  const of = (id: string): AssetRow => {
    const asset = found.get(id);
    if (asset === undefined)
      throw new Error(`Version ${row.version} of plan ${row.planId} has lost asset ${id}`);
    return asset;
  };
  return { pdf: of(ids.pdf), json: of(ids.json), md: of(ids.md), ics: of(ids.ics) };
}

/** What a regeneration goes on from; undefined when the account has no such plan, or the plan no such version. */
export async function findStoredPlanVersion(
  executor: Executor,
  accountId: string,
  wanted: { readonly planId: string; readonly version?: number | undefined },
): Promise<StoredPlanVersion | undefined> {
  const plan = await findPlan(executor, accountId, wanted.planId);
  if (plan === undefined) return undefined;
  const row = await findPlanVersion(executor, plan.id, wanted.version ?? plan.latestVersion);
  if (row === undefined) return undefined;
  const latestRow =
    row.version === plan.latestVersion
      ? undefined
      : await findPlanVersion(executor, plan.id, plan.latestVersion);
  return {
    planId: plan.id,
    version: row.version,
    latestVersion: plan.latestVersion,
    latestPlan: latestRow && (await referenceOf(executor, accountId, latestRow)),
    values: row.values,
    plan: await referenceOf(executor, accountId, row),
    sources: row.sources,
  };
}

async function referenceOf(
  executor: Executor,
  accountId: string,
  row: PlanVersionRow,
): Promise<AssetReference> {
  const { json } = await findPlanAssets(executor, accountId, row);
  const { id: assetId, storageKey, mediaType, bytes, sha256 } = json;
  return { assetId, storageKey, mediaType, bytes, sha256 };
}

/** The job that is making a version of the plan now. */
export async function findRegeneration(executor: Executor, planId: string): Promise<string | undefined> {
  const [row] = await executor
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.planId, planId), isNull(jobs.settledAt)));
  return row?.id;
}
