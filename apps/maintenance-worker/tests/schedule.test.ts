/** The maintenance worker as a process, on both backends: it does what is due, takes turns, and brings its schedule back. */
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  insertAccount,
  listMaintenance,
  listUsageMonth,
  listWorkers,
  type MaintenanceRun,
  migrateDatabase,
  openDatabase,
} from '@pressroom/database';
import { silentLog, usageMonthOf } from '@pressroom/domain';
import { openQueueBackend, type QueueBackend } from '@pressroom/queue';
import {
  createTestDatabase,
  eventually,
  repositoryRoot,
  type StartedProcess,
  startProcess,
  startRedis,
  temporaryFolder,
} from '@pressroom/testing';
import { sql } from 'drizzle-orm';

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let release = releases.pop(); release !== undefined; release = releases.pop()) await release();
});

async function openScene(backend: 'redis' | 'postgres') {
  const { url, directUrl } = await createTestDatabase({
    template: { name: 'maintenance', prepare: migrateDatabase },
  });
  const redis = backend === 'redis' ? await startRedis() : undefined;
  if (redis !== undefined) releases.push(() => redis.stop());
  const data = await temporaryFolder();
  releases.push(() => data.remove());
  const database = openDatabase({ url, poolSize: 2, log: silentLog, applicationName: 'test' });
  releases.push(() => database.close());
  const queues = await openQueueBackend({
    redisUrl: redis?.url,
    databaseUrl: directUrl,
    prefix: '{pressroom}',
    log: silentLog,
  });
  releases.push(() => queues.close());
  const start = async (): Promise<StartedProcess> => {
    const started = await startProcess({
      command: process.execPath,
      args: [join(repositoryRoot(), 'apps/maintenance-worker/dist/src/main.js')],
      env: {
        DATABASE_URL: url,
        DATABASE_DIRECT_URL: directUrl,
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
        PRESSROOM_DATA_FOLDER: data.path,
        PRESSROOM_RECONCILE_INTERVAL_MS: '500',
      },
    });
    releases.push(() => started.stop());
    await started.waitForLine(/"msg":"maintenance-worker is up"/);
    return started;
  };
  const reconciled = async (): Promise<MaintenanceRun | undefined> =>
    (await listMaintenance(database.executor)).find(({ task }) => task === 'reconcile');
  return { database, queues, start, reconciled };
}

/** As FLUSHALL does, on either backend. */
async function loseSchedule(queues: QueueBackend): Promise<void> {
  await queues.schedule.obliterate({ force: true });
  for (const { key } of await queues.schedule.getJobSchedulers())
    await queues.schedule.removeJobScheduler(key);
}

describe.each(['redis', 'postgres'] as const)('on %s', (backend) => {
  test('does every task at its start, and says that it lives until it stops', async () => {
    const scene = await openScene(backend);
    const started = await scene.start();
    await eventually(async () => {
      const runs = await listMaintenance(scene.database.executor);
      expect(
        runs.filter((run) => run.finishedAt !== null && run.error === null).map((run) => run.task),
      ).toEqual([
        'expired-logins',
        'idempotency-keys',
        'incoming-files',
        'job-history',
        'lost-calls',
        'moot-entries',
        'reconcile',
        'silent-workers',
        'work-files',
      ]);
    });
    const [worker] = await listWorkers(scene.database.executor, { withinSeconds: 30 });
    expect(worker).toMatchObject({
      type: 'maintenance',
      version: '0.1.0',
      canary: { state: 'up', rebuilds: 0 },
    });
    expect(await started.stop()).toEqual({ code: 0, signal: null });
    expect(await listWorkers(scene.database.executor, { withinSeconds: 30 })).toEqual([]);
  });

  test('gives up a call of a model that nobody calls any more, and counts it', async () => {
    const scene = await openScene(backend);
    const { executor } = scene.database;
    await insertAccount(executor, { id: 'acct_a', name: 'A' });
    await executor.execute(sql`
      insert into provider_calls (account_id, step_id, provider, model, result_key, outcome, started_at, expires_at)
      values ('acct_a', 's', 'gemini', 'old', 'k', 'running', now() - interval '2 hours', now() - interval '1 hour')`);
    await scene.start();
    await eventually(async () =>
      expect(await listUsageMonth(executor, 'acct_a', usageMonthOf(new Date()))).toMatchObject([
        { model: 'old', calls: 1, unpricedCalls: 1 },
      ]),
    );
  });

  test('a schedule that was lost with the queue comes back by itself', async () => {
    const scene = await openScene(backend);
    const started = await scene.start();
    await started.waitForLine(/The schedule was not in the queue/);
    await eventually(async () => expect(await scene.queues.schedule.getJobSchedulersCount()).toBe(9));
    const from = started.lines.length;
    await loseSchedule(scene.queues);
    expect(await scene.queues.schedule.getJobSchedulersCount()).toBe(0);
    await started.waitForLine(/The schedule was not in the queue/, 20_000, from);
    expect(await scene.queues.schedule.getJobSchedulersCount()).toBe(9);
    const before = await scene.reconciled();
    await eventually(async () =>
      expect((await scene.reconciled())?.finishedAt).not.toEqual(before?.finishedAt),
    );
  });

  test('two of them take turns: each task runs in one at a time, and is taken over when one is killed', async () => {
    const scene = await openScene(backend);
    const [first, second] = [await scene.start(), await scene.start()];
    // A task that is due once an hour has been done by the first, and the start of the second does not repeat it.
    const runs = await listMaintenance(scene.database.executor);
    const hourly = new Set(
      runs
        .filter(({ task }) => task === 'job-history' || task === 'idempotency-keys')
        .map((run) => run.runBy),
    );
    expect([...hourly]).toEqual([expect.stringContaining(`:${first.pid}`)]);
    first.kill('SIGKILL');
    await first.exited;
    await eventually(async () => expect((await scene.reconciled())?.runBy).toContain(`:${second.pid}`), {
      deadlineMs: 30_000,
    });
  });
});

test('a run whose process died holds its task only until its lease is over', async () => {
  const scene = await openScene('postgres');
  await scene.database.executor.execute(sql`
    insert into maintenance_tasks (task, started_at, lease_until, run_by)
    values ('job-history', now() - interval '4 hours', now() + interval '3 seconds', 'dead'), ('work-files', now() - interval '1 hour', now() + interval '1 hour', 'alive')`);
  await scene.start();
  await eventually(
    async () => {
      const runs = await listMaintenance(scene.database.executor);
      expect(runs.find(({ task }) => task === 'job-history')?.runBy).not.toBe('dead');
      expect(runs.find(({ task }) => task === 'work-files')?.runBy).toBe('alive');
    },
    { deadlineMs: 20_000 },
  );
});
