import type { JobKind, JobStatus } from '@pressroom/domain';
import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { ofAccount } from '../guard.ts';
import { jobs, stageRuns, steps } from '../schema.ts';

export type JobRow = typeof jobs.$inferSelect;
export type StepRow = typeof steps.$inferSelect;
export type StageRunRow = typeof stageRuns.$inferSelect;

export async function findJob(
  executor: Executor,
  accountId: string,
  jobId: string,
): Promise<JobRow | undefined> {
  const [row] = await executor
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, jobId), eq(jobs.accountId, accountId)));
  return row;
}

export interface JobListQuery {
  readonly accountId: string;
  readonly status?: JobStatus;
  readonly kind?: JobKind;
  /** Only jobs older than this one: ids sort by time. */
  readonly beforeId?: string;
  readonly limit: number;
}

/** Newest first. */
export async function listJobs(executor: Executor, query: JobListQuery): Promise<readonly JobRow[]> {
  return await executor
    .select()
    .from(jobs)
    .where(
      and(
        ofAccount(jobs.accountId, query.accountId),
        query.status && eq(jobs.status, query.status),
        query.kind && eq(jobs.kind, query.kind),
        query.beforeId === undefined ? undefined : lt(jobs.id, query.beforeId),
      ),
    )
    .orderBy(desc(jobs.accountId), desc(jobs.id))
    .limit(query.limit);
}

/** In plan order: children before parents. */
export async function listSteps(executor: Executor, jobIds: readonly string[]): Promise<readonly StepRow[]> {
  if (jobIds.length === 0) return [];
  return await executor
    .select()
    .from(steps)
    .where(inArray(steps.jobId, [...jobIds]))
    .orderBy(asc(steps.jobId), asc(steps.position));
}

/** Every stage run of a job's steps, oldest first. */
export async function listStageRuns(executor: Executor, jobId: string): Promise<readonly StageRunRow[]> {
  const rows = await executor
    .select({ run: stageRuns })
    .from(stageRuns)
    .innerJoin(steps, eq(steps.id, stageRuns.stepId))
    .where(eq(steps.jobId, jobId))
    .orderBy(asc(stageRuns.startedAt), asc(stageRuns.fence));
  return rows.map((row) => row.run);
}
