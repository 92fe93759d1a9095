/**
 * PostgreSQL counts the rows that it reads. With 100,000 jobs in the tables, every hot operation may read about as many rows
 * as it returns: a plan that scans or sorts a table shows here, whatever the query looks like and however fast the machine is.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { silentLog } from '@pressroom/domain';
import { eventually } from '@pressroom/testing';
import {
  cancelJob,
  createDispatchStore,
  createEventHints,
  createStepStore,
  type Database,
  findJob,
  listCreditEntries,
  listJobEvents,
  listJobs,
  listStageRuns,
  listSteps,
  openDatabase,
  submitJob,
} from '../src/index.ts';
import {
  accountId,
  claimed,
  failure,
  finish,
  limits,
  openScene,
  type RunningJob,
  runningJob,
  type Scene,
  submission,
} from './scene.ts';

let scene: Scene;
let job: RunningJob;
beforeAll(async () => {
  scene = await openScene();
  job = await runningJob(scene, { photos: 3, onItemFailure: 'skip' });
  await scene.sql(`insert into accounts (id, name) select 'acct_' || n, 'n' from generate_series(1, 50) n`);
  // Half of the history is still queued. Foreign keys are not looked at while it is written: that takes most of the time.
  await scene.sql(`set session_replication_role = replica;
    insert into jobs (id, account_id, kind, input, status, priority, on_item_failure, price, captured, refunded, settled_at, fair_key, admitted_key, last_event_sequence)
    select 'old_' || lpad(n::text, 8, '0'), 'acct_' || (n % 50 + 1), 'picture-book', '{}', case when n / 50 % 2 = 0 then 'queued' else 'succeeded' end,
      n % 7, 'fail', 0, case when n / 50 % 2 = 0 then null else 0 end, case when n / 50 % 2 = 0 then null else 0 end,
      case when n / 50 % 2 = 0 then null else now() end, case when n / 50 % 2 = 0 then n end, case when n / 50 % 2 = 0 then null else n end, 1 from generate_series(1, 100000) n;
    insert into steps (id, job_id, key, position, handler, worker, credits, input)
    select id || '_s', id, 'book', 0, 'render-picture-book', 'pdf', 0, '{}' from jobs where id like 'old_%';
    insert into job_events (job_id, sequence, type, data) select id, 1, 'job.queued', '{}' from jobs where id like 'old_%';
    insert into credit_entries (account_id, job_id, kind, amount, delta, balance_after, reason)
    select account_id, id, 'hold', 0, 0, 0, 'x' from jobs where id like 'old_%';
    insert into account_lanes (account_id, priority, head_key)
    select account_id, priority, min(fair_key) from jobs where fair_key is not null group by account_id, priority;
    reset session_replication_role`);
  for (const table of ['jobs', 'steps', 'job_events', 'credit_entries', 'account_lanes'])
    await scene.sql(`vacuum analyze ${table}`);
}, 180_000);
afterAll(() => scene.close());

interface Read {
  readonly scanned: number;
  readonly fetched: number;
}

async function counters(): Promise<Read> {
  const [row] =
    await scene.sql<Read>(`select sum(seq_tup_read)::int as scanned, sum(idx_tup_fetch)::int as fetched
    from pg_stat_user_tables where relname in ('jobs', 'steps', 'job_events', 'credit_entries', 'assets', 'stage_runs', 'idempotency_keys', 'account_lanes', 'priority_lanes')`);
  return row ?? { scanned: -1, fetched: -1 };
}

/** The rows that `work` made PostgreSQL read. A session's counts are there for sure once it has ended. */
async function rowsRead(work: (database: Database) => Promise<unknown>): Promise<Read> {
  const before = await counters();
  const database = openDatabase({
    url: scene.directUrl,
    poolSize: 1,
    log: silentLog,
    applicationName: 'counted',
  });
  await work(database);
  await database.close();
  await eventually(async () => {
    expect(await scene.sql(`select 1 from pg_stat_activity where application_name = 'counted'`)).toEqual([]);
  });
  const after = await counters();
  return { scanned: after.scanned - before.scanned, fetched: after.fetched - before.fetched };
}

const storesOf = (database: Database) => {
  const hints = createEventHints(database, silentLog);
  return { steps: createStepStore(database, hints), dispatch: createDispatchStore(database, hints), hints };
};

test.each<[string, number, (database: Database) => Promise<unknown>]>([
  [
    'dispatch claim of 10',
    500,
    async (database) => {
      const { dispatch, hints } = storesOf(database);
      const got = await dispatch.claim({ ...limits, batch: 10, windowFlows: 20 });
      expect(got).toHaveLength(10);
      expect(got.every((each) => each.priority === 6)).toBe(true);
      await hints.flush();
    },
  ],
  [
    'dispatch claim with a full window',
    100,
    (database) => storesOf(database).dispatch.claim({ ...limits, windowFlows: 1 }),
  ],
  [
    'newest page of jobs',
    50,
    async (database) => {
      expect(await listJobs(database.executor, { accountId: 'acct_7', limit: 20 })).toHaveLength(20);
    },
  ],
  [
    'later page of jobs of one status',
    100,
    async (database) => {
      const query = {
        accountId: 'acct_8',
        limit: 20,
        beforeId: 'old_00050000',
        status: 'succeeded' as const,
      };
      expect(await listJobs(database.executor, query)).toHaveLength(20);
    },
  ],
  [
    'one job with its steps, events and stages',
    100,
    async (database) => {
      await findJob(database.executor, accountId, job.jobId);
      await listSteps(database.executor, [job.jobId]);
      await listJobEvents(database.executor, job.jobId, 0, 500);
      await listStageRuns(database.executor, job.jobId);
    },
  ],
  [
    'page of the ledger',
    50,
    async (database) => {
      expect(await listCreditEntries(database.executor, { accountId: 'acct_9', limit: 20 })).toHaveLength(20);
    },
  ],
  [
    'submission',
    200,
    (database) => submitJob(database, scene.ids, submission({ photos: 1, idempotencyKey: 'k' })),
  ],
  [
    'step from claim to success',
    200,
    async (database) => {
      const { steps, hints } = storesOf(database);
      const with_ = { ...scene, steps };
      const lease = await claimed(with_, job.ticket('ingest-0'));
      await steps.saveStage(
        lease,
        { state: 'fetched', data: {} },
        { stage: 'fetch', startedAt: new Date(0), durationMs: 1 },
      );
      await steps.saveProgress(lease, 1, 2);
      await steps.lost([lease]);
      await steps.release(lease, { reason: 'shutdown' });
      await finish(with_, job, 'ingest-0', 'generate-0');
      await hints.flush();
    },
  ],
  [
    'failure of a step',
    200,
    async (database) => {
      const { steps, hints } = storesOf(database);
      await steps.fail(await claimed({ ...scene, steps }, job.ticket('ingest-1')), failure);
      await hints.flush();
    },
  ],
  ['cancel', 200, (database) => cancelJob(database, accountId, job.jobId)],
])('a %s scans nothing and reads at most %i rows', async (_, most, work) => {
  const read = await rowsRead(work);
  expect(read.scanned).toBeLessThanOrEqual(100);
  expect(read.fetched).toBeLessThanOrEqual(most);
});
