import { inArray, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { providerCalls } from '../schema.ts';

/** What the provider calls of one job came to. */
export interface JobUsage {
  readonly jobId: string;
  /** Calls of an online provider, failed ones and those under way included. */
  readonly made: number;
  /** Calls of the offline provider. */
  readonly offline: number;
  /** Calls that were not made, because the account had the result. */
  readonly saved: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly pictures: number;
  /** Millionths of a US dollar, of the calls whose price is known. */
  readonly micros: number;
  /** Calls that have ended and whose price nobody knows. */
  readonly unpricedCalls: number;
}

/** Jobs without any call are not in the answer. */
export async function listJobUsage(
  executor: Executor,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, JobUsage>> {
  if (jobIds.length === 0) return new Map();
  const { jobId, outcome, provider, inputTokens, outputTokens, pictures, micros } = providerCalls;
  const count = (which: ReturnType<typeof sql>) => sql<number>`(count(*) filter (where ${which}))::integer`;
  const rows = await executor
    .select({
      jobId,
      made: count(sql`${outcome} <> 'saved' and ${provider} <> 'offline'`),
      offline: count(sql`${outcome} <> 'saved' and ${provider} = 'offline'`),
      saved: count(sql`${outcome} = 'saved'`),
      inputTokens: sql<number>`coalesce(sum(${inputTokens}), 0)::integer`,
      outputTokens: sql<number>`coalesce(sum(${outputTokens}), 0)::integer`,
      pictures: sql<number>`sum(${pictures})::integer`,
      micros: sql`coalesce(sum(${micros}), 0)`.mapWith(Number),
      unpricedCalls: count(sql`${micros} is null and ${outcome} <> 'running'`),
    })
    .from(providerCalls)
    .where(inArray(jobId, [...jobIds]))
    .groupBy(jobId);
  return new Map(
    rows.flatMap((row) => (row.jobId === null ? [] : [[row.jobId, { ...row, jobId: row.jobId }] as const])),
  );
}
