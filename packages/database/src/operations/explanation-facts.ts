import type { RecordFacts, RoundFacts, StepFacts } from '@pressroom/domain';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection.ts';
import { listJobUsage } from '../repositories/provider-calls.ts';
import { findQueuePlace } from '../repositories/queue-places.ts';
import { listWorkers } from '../repositories/worker-processes.ts';
import { creditEntries, jobs, providerStates, steps } from '../schema.ts';

export interface ExplanationQuery {
  readonly jobId: string;
  /** Absent: whoever owns it. */
  readonly accountId?: string | undefined;
  /** Up to which its place is counted. */
  readonly positionLimit: number;
  /** Parts of processes whose last sign of life is older are not told of. */
  readonly processSeconds: number;
}

/** What the record knows about why a job stands where it stands; undefined when there is no such job. Bounded whatever waits. */
export async function readExplanationFacts(
  { executor }: Database,
  query: ExplanationQuery,
): Promise<RecordFacts | undefined> {
  const { jobId, accountId } = query;
  const [row] = await executor
    .select({ job: jobs, now: sql<string>`to_json(now()) #>> '{}'` })
    .from(jobs)
    .where(and(eq(jobs.id, jobId), accountId === undefined ? undefined : eq(jobs.accountId, accountId)));
  if (row === undefined) return undefined;
  const { job } = row;
  const [place, window, stepFacts, providers, processes, rounds, usage] = await Promise.all([
    job.status === 'queued' ? findQueuePlace(executor, jobId, query.positionLimit) : undefined,
    countFlows(executor, job.accountId),
    listStepFacts(executor, jobId),
    executor
      .select({
        provider: providerStates.provider,
        model: providerStates.model,
        breaker: providerStates.breaker,
        openUntil: providerStates.openUntil,
      })
      .from(providerStates),
    listWorkers(executor, { withinSeconds: query.processSeconds }),
    listRounds(executor, jobId),
    listJobUsage(executor, [jobId]),
  ]);
  const used = usage.get(jobId);
  return {
    now: new Date(row.now),
    job,
    place,
    window,
    steps: stepFacts,
    providers: providers.map(({ openUntil, ...state }) => ({ ...state, openUntil: openUntil ?? undefined })),
    processes: processes.map(({ process, type, silentSeconds, canary }) => ({
      process,
      part: type,
      silentSeconds,
      canary,
    })),
    rounds,
    usage: {
      made: used?.made ?? 0,
      offline: used?.offline ?? 0,
      saved: used?.saved ?? 0,
      inputTokens: used?.inputTokens ?? 0,
      outputTokens: used?.outputTokens ?? 0,
    },
  };
}

async function listStepFacts(executor: Executor, jobId: string): Promise<readonly StepFacts[]> {
  return await executor
    .select({
      id: steps.id,
      key: steps.key,
      parentId: steps.parentId,
      handler: steps.handler,
      worker: steps.worker,
      status: steps.status,
      stage: steps.stage,
      generation: steps.generation,
      attempts: steps.attempts,
      losses: steps.losses,
      throttledMs: steps.throttledMs,
      retryAt: steps.retryAt,
      claimedBy: steps.claimedBy,
      claimedAt: steps.claimedAt,
      error: steps.error,
      failures: steps.failures,
      // By hand: in a select from one table drizzle names columns without their table.
      deadLetterId: sql<
        string | null
      >`(select max(letter.id) from dead_letters letter where letter.step_id = steps.id)`,
    })
    .from(steps)
    .where(eq(steps.jobId, jobId))
    .orderBy(asc(steps.position));
}

/** At most as many rows as the window has places. */
async function countFlows(executor: Executor, accountId: string): Promise<RecordFacts['window']> {
  const result = await executor.execute<{ flows: number; own: number }>(sql`
    select count(*)::integer as flows, (count(*) filter (where account_id = ${accountId}))::integer as own
    from jobs where admitted_key is not null and settled_at is null`);
  const [counts] = result.rows;
  return { flows: counts?.flows ?? 0, accountFlows: counts?.own ?? 0 };
}

async function listRounds(executor: Executor, jobId: string): Promise<readonly RoundFacts[]> {
  const amount = (kind: string) =>
    sql<number | null>`max(${creditEntries.amount}) filter (where ${creditEntries.kind} = ${kind})`;
  const rows = await executor
    .select({
      round: creditEntries.round,
      held: amount('hold'),
      captured: amount('capture'),
      refunded: amount('refund'),
    })
    .from(creditEntries)
    .where(eq(creditEntries.jobId, jobId))
    .groupBy(creditEntries.round)
    .orderBy(asc(creditEntries.round));
  return rows.map((row) => ({ ...row, held: row.held ?? 0 }));
}
