/** What an account has used: by month, and call by call. */
import { firstIdAt, type JobKind, type UsageMonth, type UsageQuantity } from '@pressroom/domain';
import { and, asc, desc, eq, gte, lt, or, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { ofAccount } from '../guard.ts';
import { jobs, providerCalls, usageMonths } from '../schema.ts';

export type UsageMonthRow = typeof usageMonths.$inferSelect;

/** A row for each model that was called in the month, or of which a call was saved. */
export async function listUsageMonth(
  executor: Executor,
  accountId: string,
  month: UsageMonth,
): Promise<readonly UsageMonthRow[]> {
  return await executor
    .select()
    .from(usageMonths)
    .where(and(ofAccount(usageMonths.accountId, accountId), eq(usageMonths.month, `${month.name}-01`)))
    .orderBy(asc(usageMonths.provider), asc(usageMonths.model));
}

/** Milliseconds by which the clocks of a process and of the database may differ. */
export const clockSlackMs = 3_600_000;

/** Jobs that were submitted in the month. */
export async function countJobsByKind(
  executor: Executor,
  accountId: string,
  { from, to }: UsageMonth,
): Promise<Readonly<Partial<Record<JobKind, number>>>> {
  const rows = await executor
    .select({ kind: jobs.kind, count: sql`count(*)`.mapWith(Number) })
    .from(jobs)
    .where(
      and(
        eq(jobs.accountId, accountId),
        // What the index of accounts and ids can find; the clocks of API and database may differ.
        gte(jobs.id, firstIdAt('job', new Date(from.getTime() - clockSlackMs))),
        lt(jobs.id, firstIdAt('job', new Date(to.getTime() + clockSlackMs))),
        gte(jobs.createdAt, from),
        lt(jobs.createdAt, to),
      ),
    )
    .groupBy(jobs.kind);
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

export interface CallRow {
  readonly id: number;
  readonly endedAt: Date;
  readonly jobId: string | null;
  readonly stepId: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: string;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly pictures: number;
  readonly micros: number | null;
  readonly durationMs: number | null;
}

/** Calls that ended in the month, as its sums have them, newest first; those that were saved or lost included. */
export async function listCalls(
  executor: Executor,
  query: {
    readonly accountId: string;
    readonly month: UsageMonth;
    readonly before?: Pick<CallRow, 'id' | 'endedAt'> | undefined;
    readonly limit: number;
  },
): Promise<readonly CallRow[]> {
  const { accountId, month, before, limit } = query;
  const {
    id,
    endedAt,
    jobId,
    stepId,
    provider,
    model,
    outcome,
    inputTokens,
    outputTokens,
    pictures,
    micros,
    durationMs,
  } = providerCalls;
  return await executor
    .select({
      id,
      endedAt: sql`${endedAt}`.mapWith(endedAt),
      jobId,
      stepId,
      provider,
      model,
      outcome,
      inputTokens,
      outputTokens,
      pictures,
      micros,
      durationMs,
    })
    .from(providerCalls)
    .where(
      and(
        ofAccount(providerCalls.accountId, accountId),
        gte(endedAt, month.from),
        lt(endedAt, month.to),
        before === undefined
          ? undefined
          : or(lt(endedAt, before.endedAt), and(eq(endedAt, before.endedAt), lt(id, before.id))),
      ),
    )
    .orderBy(desc(endedAt), desc(id))
    .limit(limit);
}

export interface UsageOfMonth {
  readonly used: Readonly<Record<UsageQuantity, number>>;
  /** For jobs that have not settled; jobs themselves are counted when they come. */
  readonly reserved: Readonly<Record<UsageQuantity, number>>;
}

/** What limits are compared with: as the submission itself does. */
export async function readUsageOfMonth(
  executor: Executor,
  accountId: string,
  { from }: UsageMonth,
): Promise<UsageOfMonth> {
  const first = firstIdAt('job', new Date(from.getTime() - clockSlackMs));
  const { rows } = await executor.execute<Record<string, string>>(
    sql`select * from usage_of_month(${accountId}, ${from.toISOString()}::timestamptz, ${first})`,
  );
  const number = (name: string): number => Number(rows[0]?.[name] ?? 0);
  return {
    used: {
      jobs: number('jobs'),
      pictures: number('pictures'),
      tokens: number('tokens'),
      micros: number('micros'),
    },
    reserved: {
      jobs: 0,
      pictures: number('reserved_pictures'),
      tokens: number('reserved_tokens'),
      micros: number('reserved_micros'),
    },
  };
}
