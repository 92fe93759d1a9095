import type { CanaryReport } from '@pressroom/domain';
import { asc, eq, gt, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { json, relaxedCommit } from '../guard.ts';
import { type ProcessPart, workerProcesses } from '../schema.ts';

export interface WorkerBeat {
  readonly id: string;
  /** Name, host and process id: `ingest-worker@host-1:4711`. */
  readonly process: string;
  readonly type: ProcessPart;
  readonly version: string;
  readonly host: string;
  readonly startedAt: Date;
  readonly canary: CanaryReport | null;
}

export interface WorkerRow extends WorkerBeat {
  readonly beatAt: Date;
  /** Seconds since the last beat, by the database's clock. */
  readonly silentSeconds: number;
}

/** Says that a part of a process lives. The commit does not wait for the disk: the next beat comes in seconds. */
export async function saveWorkerBeats(executor: Executor, beats: readonly WorkerBeat[]): Promise<void> {
  if (beats.length === 0) return;
  const rows = beats.map((beat) => ({ ...beat, startedAt: beat.startedAt.toISOString() }));
  await executor.execute(sql`
    with beats as (
      insert into worker_processes (id, process, type, version, host, started_at, beat_at, canary)
      select beat.id, beat.process, beat.type, beat.version, beat.host, beat."startedAt", now(), nullif(beat.canary, 'null')
      from jsonb_to_recordset(${json(rows)}) as beat(id text, process text, type text, version text, host text,
        "startedAt" timestamptz, canary jsonb)
      on conflict (id) do update set beat_at = now(), canary = excluded.canary
    )
    select ${relaxedCommit}`);
}

/** The parts that gave a beat within the last `withinSeconds`, by type and age. */
export async function listWorkers(
  executor: Executor,
  { withinSeconds }: { readonly withinSeconds: number },
): Promise<readonly WorkerRow[]> {
  return await executor
    .select({
      id: workerProcesses.id,
      process: workerProcesses.process,
      type: workerProcesses.type,
      version: workerProcesses.version,
      host: workerProcesses.host,
      startedAt: workerProcesses.startedAt,
      beatAt: workerProcesses.beatAt,
      canary: workerProcesses.canary,
      silentSeconds: sql<number>`greatest(0, extract(epoch from now() - ${workerProcesses.beatAt}))::double precision`,
    })
    .from(workerProcesses)
    .where(gt(workerProcesses.beatAt, secondsAgo(withinSeconds)))
    .orderBy(asc(workerProcesses.type), asc(workerProcesses.startedAt), asc(workerProcesses.id));
}

/** For a part that stops in order: it is gone, not silent. */
export async function removeWorker(executor: Executor, id: string): Promise<void> {
  await executor.delete(workerProcesses).where(eq(workerProcesses.id, id));
}

/** Forgets those that gave no beat for `olderThanSeconds`. */
export async function expireWorkers(executor: Executor, olderThanSeconds: number): Promise<number> {
  const result = await executor.execute(
    sql`delete from worker_processes where beat_at <= ${secondsAgo(olderThanSeconds)}`,
  );
  return result.rowCount ?? 0;
}

function secondsAgo(seconds: number) {
  return sql`now() - ${seconds} * interval '1 second'`;
}
