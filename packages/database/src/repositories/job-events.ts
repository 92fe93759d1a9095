import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { json } from '../guard.ts';
import { jobEvents, jobs } from '../schema.ts';

export type JobEventRow = typeof jobEvents.$inferSelect;

/** Everything that can happen to a job, as clients see it. */
export type JobEventType =
  | 'job.queued'
  | 'job.running'
  | 'job.succeeded'
  | 'job.failed'
  | 'job.cancelled'
  | 'job.retried'
  | 'step.started'
  | 'step.lost'
  | 'step.stage'
  | 'step.progress'
  | 'step.released'
  | 'step.waiting'
  | 'step.resumed'
  | 'step.succeeded'
  | 'step.failed'
  | 'step.skipped';

/** Returns the event's sequence number. Call it inside the transaction that makes the event true. */
export async function appendJobEvent(
  executor: Executor,
  jobId: string,
  type: JobEventType,
  data: Record<string, unknown>,
): Promise<number> {
  const result = await executor.execute<{ sequence: number }>(
    sql`select append_job_event(${jobId}, ${type}, ${json(data)}) as sequence`,
  );
  return Number(result.rows[0]?.sequence);
}

/** The number of the job's newest event, and whether the job has settled with it. */
export async function lastJobEvent(
  executor: Executor,
  jobId: string,
): Promise<{ readonly sequence: number; readonly settled: boolean } | undefined> {
  const [row] = await executor
    .select({ sequence: jobs.lastEventSequence, settledAt: jobs.settledAt })
    .from(jobs)
    .where(eq(jobs.id, jobId));
  return row === undefined ? undefined : { sequence: row.sequence, settled: row.settledAt !== null };
}

/** Events after `afterSequence`, in order. */
export async function listJobEvents(
  executor: Executor,
  jobId: string,
  afterSequence: number,
  limit: number,
): Promise<readonly JobEventRow[]> {
  return await executor
    .select()
    .from(jobEvents)
    .where(and(eq(jobEvents.jobId, jobId), gt(jobEvents.sequence, afterSequence)))
    .orderBy(asc(jobEvents.sequence))
    .limit(limit);
}
