import { sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';

export interface QueuePlace {
  /** From 1; the limit means that or more. */
  readonly position: number;
  /** Milliseconds from now within which half of such jobs are admitted; undefined while the pace is not known. */
  readonly etaMs: number | undefined;
}

/** Where a job that waits for its turn stands; undefined for one that does not. Reads at most about `limit` waiting jobs. */
export async function findQueuePlace(
  executor: Executor,
  jobId: string,
  limit: number,
): Promise<QueuePlace | undefined> {
  const result = await executor.execute<{ position: number; eta_ms: number | null }>(sql`
    select queue_position(job.id, ${limit}::integer) as position, estimate.half_ms as eta_ms
    from jobs job cross join lateral estimate_admission(job.account_id, job.priority, job.fair_key) estimate
    where job.id = ${jobId} and job.fair_key is not null`);
  const [row] = result.rows;
  return row === undefined ? undefined : { position: row.position, etaMs: row.eta_ms ?? undefined };
}
