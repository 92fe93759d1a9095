import type { PlanRow, PlanVersionRow } from '@pressroom/database';
import type { OutputFormat, PlanRecord, PlanSummary, PlanVersionSummary } from '@pressroom/domain';

/** Forms of a version of a plan, in the order in which they are told. */
export const planFormats = ['pdf', 'json', 'md', 'ics'] as const satisfies readonly OutputFormat[];
export type PlanFormat = (typeof planFormats)[number];

export function toPlanSummary(plan: PlanRow): PlanSummary {
  const self = `/api/plans/${plan.id}`;
  return {
    id: plan.id,
    topic: plan.topic,
    latestVersion: plan.latestVersion,
    createdAt: plan.createdAt.toISOString(),
    updatedAt: plan.updatedAt.toISOString(),
    links: { self, diff: `${self}/diff`, regenerations: `${self}/regenerations` },
  };
}

export function toPlanRecord(
  plan: PlanRow,
  row: PlanVersionRow,
  versions: readonly PlanVersionRow[],
): PlanRecord {
  const summary = toPlanSummary(plan);
  return {
    ...summary,
    ...toVersion(row),
    createdAt: row.createdAt.toISOString(),
    values: row.values,
    output: {
      href: `${summary.links.self}?version=${row.version}`,
      formats: [...planFormats],
      pages: row.pages,
    },
    versions: versions.map(toVersion),
  };
}

function toVersion({ version, baseVersion, jobId, createdAt }: PlanVersionRow): PlanVersionSummary {
  return { version, baseVersion, jobId, createdAt: createdAt.toISOString() };
}
