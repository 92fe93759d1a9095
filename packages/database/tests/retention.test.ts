/** What is forgotten once it is old, and what never is. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  cancelJob,
  deleteExpiredLogins,
  deleteIdempotencyKeys,
  deleteJobHistory,
  type EndedAt,
  expireWorkers,
  listLeftoverSteps,
  submitJob,
} from '../src/index.ts';
import {
  accountId,
  failure,
  openScene,
  type RunningJob,
  runningJob,
  type Scene,
  submission,
} from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ credits: 10_000 });
});
afterAll(() => scene.close());

const daySeconds = 86_400;

/** Settled so many days ago, by a photo that could not be read. */
async function endedJob(daysAgo: number): Promise<RunningJob> {
  const job = await runningJob(scene);
  const claim = await scene.steps.claim(job.ticket('ingest-0'), 'worker-a');
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  await scene.steps.fail(claim.step, failure);
  await scene.sql(
    `insert into stage_runs (step_id, fence, stage, started_at, duration_ms) values ($1, 1, 'fetch', now(), 5)`,
    [claim.step.stepId],
  );
  await scene.sql(`update jobs set settled_at = now() - $2 * interval '1 day' where id = $1`, [
    job.jobId,
    daysAgo,
  ]);
  return job;
}

async function historyOf({ jobId }: RunningJob): Promise<{ events: string[]; stages: number }> {
  const events = await scene.sql<{ type: string }>(
    'select type from job_events where job_id = $1 order by sequence',
    [jobId],
  );
  const stages = await scene.sql(
    'select from stage_runs where step_id in (select id from steps where job_id = $1)',
    [jobId],
  );
  return { events: events.map(({ type }) => type), stages: stages.length };
}

test('a forgotten idempotency key leaves its job, and a young one is kept', async () => {
  const wanted = [30, 8, 6].map((days) => ({ days, key: `key-${days}` }));
  for (const { days, key } of wanted) {
    await submitJob(scene.database, scene.ids, submission({ idempotencyKey: key }));
    await scene.sql(`update idempotency_keys set created_at = now() - $2 * interval '1 day' where key = $1`, [
      key,
      days,
    ]);
  }
  const jobs = await scene.sql('select from jobs');
  const retention = { olderThanSeconds: 7 * daySeconds, limit: 1 };
  const deleted: number[] = [];
  for (let round = 0; round < 3; round += 1)
    deleted.push(await deleteIdempotencyKeys(scene.database.executor, retention));
  expect(deleted).toEqual([1, 1, 0]);
  expect(await scene.sql("select key from idempotency_keys where key like 'key-%'")).toEqual([
    { key: 'key-6' },
  ]);
  expect(await scene.sql('select from jobs')).toHaveLength(jobs.length);
});

describe('the history of jobs', () => {
  test('goes page by page when they have settled long ago, but for how they ended; the ledger stays', async () => {
    const old = [await endedJob(100), await endedJob(95), await endedJob(91)];
    const young = await endedJob(80);
    const running = await runningJob(scene);
    const ledger = await scene.sql('select from credit_entries');
    let after: EndedAt | undefined;
    const pages: number[] = [];
    for (;;) {
      const page = await deleteJobHistory(scene.database.executor, {
        olderThanSeconds: 90 * daySeconds,
        limit: 2,
        after,
      });
      if (page.last === undefined) break;
      pages.push(page.deleted);
      after = page.last;
    }
    expect(pages).toHaveLength(2);
    for (const job of old) expect(await historyOf(job)).toEqual({ events: ['job.failed'], stages: 0 });
    expect((await historyOf(young)).events).toContain('step.started');
    expect((await historyOf(young)).stages).toBe(1);
    expect((await historyOf(running)).events[0]).toBe('job.queued');
    expect(await scene.sql('select from credit_entries')).toHaveLength(ledger.length);
    // The walk goes on where it ended: a job that becomes old later comes behind.
    await scene.sql(`update jobs set settled_at = now() - interval '90 days 1 second' where id = $1`, [
      young.jobId,
    ]);
    const next = await deleteJobHistory(scene.database.executor, {
      olderThanSeconds: 90 * daySeconds,
      limit: 2,
      after,
    });
    expect(next.last?.id).toBe(young.jobId);
    expect(await historyOf(young)).toEqual({ events: ['job.failed'], stages: 0 });
  });
});

test('logins and sessions of operators go when they are over', async () => {
  await scene.sql(
    `insert into operator_logins (token_hash, expires_at) values ('old', now() - interval '1 second'), ('young', now() + interval '1 minute')`,
  );
  await scene.sql(
    `insert into operator_sessions (session_hash, expires_at) values ('old', now() - interval '1 second'), ('young', now() + interval '1 minute')`,
  );
  expect(await deleteExpiredLogins(scene.database.executor)).toBe(2);
  expect(await scene.sql('select token_hash from operator_logins')).toEqual([{ token_hash: 'young' }]);
  expect(await scene.sql('select session_hash from operator_sessions')).toEqual([{ session_hash: 'young' }]);
});

test('steps that may have left files are those that did not end well at once, of jobs to which nobody can write any more', async () => {
  const { database } = scene;
  const states = [
    // One claim, done: its worker has tidied up.
    { key: 'ingest-0', status: 'succeeded', fence: 1 },
    { key: 'ingest-1', status: 'succeeded', fence: 2 },
    { key: 'ingest-2', status: 'failed', fence: 1 },
    { key: 'generate-0', status: 'cancelled', fence: 1 },
  ];
  const cancelledJob = async (secondsAgo: number): Promise<{ jobId: string; leftover: string[] }> => {
    const job = await runningJob(scene, { photos: 3 });
    await cancelJob(database, accountId, job.jobId);
    const leftover: string[] = [];
    for (const { key, status, fence } of states) {
      const { id } = await job.step(key);
      if (key !== 'ingest-0') leftover.push(id);
      await scene.sql(
        `update steps set status = $2::text, fence = $3, stage = 'fetched', output = case $2::text when 'succeeded' then '{}'::jsonb end where id = $1`,
        [id, status, fence],
      );
    }
    await scene.sql(`update jobs set settled_at = now() - $2 * interval '1 second' where id = $1`, [
      job.jobId,
      secondsAgo,
    ]);
    return { jobId: job.jobId, leftover };
  };
  const second = await cancelledJob(1_000);
  const first = await cancelledJob(2_000);
  await cancelledJob(10);
  const list = (after: EndedAt | undefined, limit: number): ReturnType<typeof listLeftoverSteps> =>
    listLeftoverSteps(database.executor, { after, quietSeconds: 900, limit });
  // Jobs of other tests ended days ago.
  const anHourAgo = { id: '', settledAt: new Date(Date.now() - 3_600_000).toISOString() };
  const found = await list(anHourAgo, 10);
  expect(found.map(({ id }) => id)).toEqual([first.jobId, second.jobId]);
  expect(found.map(({ stepIds }) => [...stepIds].sort())).toEqual([
    [...first.leftover].sort(),
    [...second.leftover].sort(),
  ]);
  expect(await list(anHourAgo, 1)).toEqual(found.slice(0, 1));
  expect(await list(found[0], 10)).toEqual(found.slice(1));
  expect(await list(found[1], 10)).toEqual([]);
});

test('no index of steps names a column that every run of a step writes', async () => {
  const indexes = await scene.sql<{ indexdef: string }>(
    "select indexdef from pg_indexes where tablename = 'steps'",
  );
  expect(indexes.length).toBeGreaterThan(3);
  for (const { indexdef } of indexes) {
    expect(indexdef).not.toMatch(/\b(status|fence|settled_at|stage|claimed_\w+|output|progress_\w+)\b/);
  }
});

test('workers that have been silent for long are forgotten', async () => {
  await scene.sql(
    `insert into worker_processes (id, process, type, version, host, started_at, beat_at) values
      ('worker_old', 'a', 'pdf', '1', 'h', now(), now() - interval '601 seconds'), ('worker_new', 'b', 'pdf', '1', 'h', now(), now() - interval '599 seconds')`,
  );
  expect(await expireWorkers(scene.database.executor, 600)).toBe(1);
  expect(await scene.sql('select id from worker_processes')).toEqual([{ id: 'worker_new' }]);
});
