import { sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { json } from '../guard.ts';

export interface MaintenanceClaim {
  readonly task: string;
  /** Milliseconds from the start of a run to the earliest start of the next. */
  readonly everyMs: number;
  /** Milliseconds after which a run that has not ended is taken to be dead. */
  readonly leaseMs: number;
  readonly runBy: string;
}

export interface MaintenanceResult {
  readonly found: number;
  readonly fixed: number;
  readonly error?: string | undefined;
  readonly memory: Readonly<Record<string, unknown>> | undefined;
  readonly durationMs: number;
}

export interface MaintenanceRun {
  readonly task: string;
  readonly runBy: string;
  readonly finishedAt: Date | null;
  readonly durationMs: number | null;
  readonly found: number | null;
  readonly fixed: number | null;
  readonly error: string | null;
  /** Milliseconds since the last run began, by the database's clock. */
  readonly sinceStartMs: number;
}

/**
 * The right to do a task now, for one of all that ask: undefined while another one does it, or has begun it less than its
 * interval ago. With what the run before left in memory.
 */
export async function claimMaintenance(
  executor: Executor,
  { task, everyMs, leaseMs, runBy }: MaintenanceClaim,
): Promise<{ readonly memory: Readonly<Record<string, unknown>> | undefined } | undefined> {
  const result = await executor.execute<{ memory: Record<string, unknown> | null }>(sql`
    insert into maintenance_tasks as run (task, started_at, lease_until, run_by)
    values (${task}, now(), now() + ${milliseconds(leaseMs)}, ${runBy})
    on conflict (task) do update set started_at = now(), lease_until = excluded.lease_until, run_by = excluded.run_by
    where (run.lease_until is null or run.lease_until <= now()) and run.started_at <= now() - ${milliseconds(everyMs)}
    returning run.memory`);
  const [row] = result.rows;
  return row === undefined ? undefined : { memory: row.memory ?? undefined };
}

/** Nothing when the lease ran out and somebody else has it now. A run that failed keeps the memory of the one before. */
export async function finishMaintenance(
  executor: Executor,
  { task, runBy }: Pick<MaintenanceClaim, 'task' | 'runBy'>,
  { found, fixed, error, memory, durationMs }: MaintenanceResult,
): Promise<void> {
  const kept = error === undefined ? json(memory ?? null) : sql`memory`;
  await executor.execute(sql`
    update maintenance_tasks set lease_until = null, finished_at = now(), duration_ms = ${Math.round(durationMs)},
      found = ${found}, fixed = ${fixed}, error = ${error ?? null}, memory = ${kept}
    where task = ${task} and run_by = ${runBy} and lease_until is not null`);
}

export async function listMaintenance(executor: Executor): Promise<readonly MaintenanceRun[]> {
  const result = await executor.execute<{
    task: string;
    run_by: string;
    finished_at: string | null;
    duration_ms: number | null;
    found: number | null;
    fixed: number | null;
    error: string | null;
    since_ms: number;
  }>(sql`
    select task, run_by, finished_at, duration_ms, found, fixed, error,
      greatest(0, extract(epoch from now() - started_at) * 1000)::double precision as since_ms
    from maintenance_tasks order by task`);
  return result.rows.map((row) => ({
    task: row.task,
    runBy: row.run_by,
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
    durationMs: row.duration_ms,
    found: row.found,
    fixed: row.fixed,
    error: row.error,
    sinceStartMs: row.since_ms,
  }));
}

function milliseconds(value: number) {
  return sql`${value} * interval '1 millisecond'`;
}
