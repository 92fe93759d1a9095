/** What is deleted once it is old. Each call does a bounded piece, oldest first. */
import { type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { textArray } from '../guard.ts';

export interface Retention {
  readonly olderThanSeconds: number;
  readonly limit: number;
}

/** A request that is repeated with a forgotten key is a new request. */
export async function deleteIdempotencyKeys(executor: Executor, retention: Retention): Promise<number> {
  return await count(
    executor,
    sql`delete from idempotency_keys where ctid = any(array(
      select ctid from idempotency_keys where created_at < ${before(retention)} limit ${retention.limit}))`,
  );
}

/** Where a walk along things that ended has come to. */
export interface EndedAt {
  readonly id: string;
  /** ISO 8601, as exact as the record has it. */
  readonly settledAt: string;
}

/**
 * Of the next `limit` jobs that settled long ago: their events, but for the last, which tells a late follower how the job ended;
 * and the times of their stages. Jobs, steps and ledger stay: what was bought is kept with its bill.
 *
 * @returns the rows deleted, and the last of the jobs: undefined when none was left
 */
export async function deleteJobHistory(
  executor: Executor,
  retention: Retention & { readonly after: EndedAt | undefined },
): Promise<{ readonly deleted: number; readonly last: EndedAt | undefined }> {
  const jobs = await executor.execute<{ id: string; settled_at: string }>(sql`
    select id, to_json(settled_at) #>> '{}' as settled_at from jobs
    where settled_at is not null and settled_at < ${before(retention)} and ${later(retention.after)}
    order by jobs.settled_at, id limit ${retention.limit}`);
  const last = jobs.rows.at(-1);
  if (last === undefined) return { deleted: 0, last: undefined };
  const ids = textArray(jobs.rows.map((job) => job.id));
  const events = await count(
    executor,
    sql`delete from job_events event using jobs job
      where job.id = any(${ids}) and event.job_id = job.id and event.sequence < job.last_event_sequence`,
  );
  const stages = await count(
    executor,
    sql`delete from stage_runs stage using steps step where step.job_id = any(${ids}) and stage.step_id = step.id`,
  );
  return { deleted: events + stages, last: { id: last.id, settledAt: last.settled_at } };
}

export async function deleteExpiredLogins(executor: Executor): Promise<number> {
  const links = await count(executor, sql`delete from operator_logins where expires_at < now()`);
  return links + (await count(executor, sql`delete from operator_sessions where expires_at < now()`));
}

/**
 * Of the next `limit` jobs that settled, in the order in which they did: the steps that may have left work files behind. Those are the
 * ones that were cancelled, failed, or were claimed more than once, since a worker that died could not tidy up. Only of jobs that
 * settled at least `quietSeconds` ago: a worker that lost its step may still write for a moment.
 *
 * The walk goes by jobs because an index of steps by their end would make every write of a step cost a write of all its indexes.
 */
export async function listLeftoverSteps(
  executor: Executor,
  {
    after,
    quietSeconds,
    limit,
  }: { readonly after: EndedAt | undefined; readonly quietSeconds: number; readonly limit: number },
): Promise<readonly (EndedAt & { readonly stepIds: readonly string[] })[]> {
  const jobs = await executor.execute<{ id: string; settled_at: string; step_ids: string[] }>(sql`
    select id, to_json(settled_at) #>> '{}' as settled_at, array(
      select step.id from steps step where step.job_id = jobs.id and step.stage is not null and step.settled_at is not null
        and (step.status <> 'succeeded' or step.fence > 1) order by step.position) as step_ids
    from jobs
    where settled_at is not null and settled_at < ${before({ olderThanSeconds: quietSeconds })} and ${later(after)}
    order by jobs.settled_at, id limit ${limit}`);
  return jobs.rows.map((job) => ({ id: job.id, settledAt: job.settled_at, stepIds: job.step_ids }));
}

function later(after: EndedAt | undefined): SQL {
  return after === undefined
    ? sql`true`
    : sql`(settled_at, id) > (${after.settledAt}::timestamptz, ${after.id})`;
}

function before({ olderThanSeconds }: Pick<Retention, 'olderThanSeconds'>): SQL {
  return sql`now() - ${olderThanSeconds} * interval '1 second'`;
}

async function count(executor: Executor, statement: SQL): Promise<number> {
  const result = await executor.execute(statement);
  return result.rowCount ?? 0;
}
