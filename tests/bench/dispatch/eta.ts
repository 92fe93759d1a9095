/**
 * Whether what a waiting job is told comes true. Two accounts share a window: one submits bursts of books of one to nine
 * photos, the other one single books now and then. How long a job takes goes with its price and varies by a factor of two.
 * Times are those of production divided by a hundred.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  cancelJob,
  changeCredits,
  createDispatchStore,
  createEventHints,
  type Database,
  insertAccount,
  insertAsset,
  openDatabase,
  submitJob,
} from '@pressroom/database';
import { pictureBook, silentLog, systemIds } from '@pressroom/domain';
import { claimBatch, createDispatcher, type Dispatcher } from '@pressroom/queue';
import { flowOptions } from '../flows/flow-settings.ts';
import type { BenchContext, Measurement, Scenario } from '../scenario.ts';

const windowFlows = 4;
const accountWindowFlows = 3;
/** Milliseconds that one credit of work takes, on average. */
const creditMs = 40;

export const eta: Scenario = {
  name: 'eta',
  about:
    'how often the time that a waiting job is told comes true: bursts of one account beside single jobs of another',
  run: measure,
};

async function measure({ servers, scope, quick, tell }: BenchContext): Promise<readonly Measurement[]> {
  const random = seeded(7);
  const url = await servers.database();
  const database = await scope.use(
    'database',
    () => openDatabase({ url, poolSize: 10, log: silentLog, applicationName: 'bench' }),
    (opened) => opened.close(),
  );
  const accounts = [await openAccount(database), await openAccount(database)];
  const hints = createEventHints(database, silentLog);
  scope.defer('hints', () => hints.flush());
  const jobs = new Map<string, { accountId: string; price: number }>();
  const working = new Set<Promise<void>>();
  /** What the workers would do; how a job ends makes no difference to those that wait. */
  const work = async (jobId: string): Promise<void> => {
    const { accountId = '', price = 1 } = jobs.get(jobId) ?? {};
    await pause(price * creditMs * (0.7 + 0.7 * random()));
    await cancelJob(database, accountId, jobId);
    dispatcher.nudge();
  };
  const dispatcher: Dispatcher = createDispatcher({
    store: createDispatchStore(database, hints),
    flows: {
      add: ({ data }: { data?: { jobId: string } }) => {
        const done = work(data?.jobId ?? '').finally(() => working.delete(done));
        working.add(done);
        return Promise.resolve({} as never);
      },
    },
    checkQueue: () => Promise.resolve(),
    limits: { windowFlows, accountWindowFlows, batch: claimBatch, leaseMs: 30_000 },
    flowOptions: flowOptions('redis'),
    sweepIntervalMs: 500,
    log: silentLog,
  });
  await dispatcher.start();
  scope.defer('dispatcher', () => dispatcher.stop());
  const submit = async (account: Account): Promise<void> => {
    const photos = 1 + Math.floor(9 * random() ** 2);
    const jobId = await submitBook(database, account, photos);
    jobs.set(jobId, { accountId: account.accountId, price: photos + 1 });
    dispatcher.nudge();
  };
  const [bursting, single] = accounts as [Account, Account];
  const bursts = quick ? 3 : 14;
  for (let burst = 0; burst < bursts; burst += 1) {
    for (let index = 0; index < 12 + Math.floor(16 * random()); index += 1) await submit(bursting);
    // About as long as the burst takes, so that the backlog grows and goes away again.
    for (let waited = 0; waited < 1_600 + 1_200 * random(); ) {
      const ms = 300 * -Math.log(1 - random());
      waited += ms;
      await pause(ms);
      await submit(single);
    }
  }
  while (jobs.size > (await settledJobs(database))) await pause(50);
  await Promise.all(working);
  const [told] = await outcomes(database);
  const [pace] = await estimates(database);
  if (told === undefined || pace === undefined) throw new Error('Nothing was told');
  tell(`${jobs.size} jobs, ${told.waited} of them told that they would wait, ${told.untold} told nothing`);
  const share = (count: number, of: number): number => (of === 0 ? Number.NaN : count / of);
  return [
    {
      name: 'jobs that waited, admitted within the nine tenths figure',
      unit: 'of 1',
      ours: share(told.within_most, told.waited),
      aim: { comparison: 'value', atLeast: 0.8 },
      facts: { jobs: jobs.size, waited: told.waited, untold: told.untold, meanWaitMs: told.mean_wait_ms },
    },
    {
      // `queue.etaSeconds`: neither too early nor too late.
      name: 'jobs that waited, admitted within the half figure',
      unit: 'of 1',
      ours: share(told.within_half, told.waited),
      facts: { medianOfWaitByFigure: told.median_ratio },
    },
    {
      name: 'all jobs with an estimate, within the nine tenths figure',
      unit: 'of 1',
      ours: share(pace.within_most, pace.estimates),
      aim: { comparison: 'value', atLeast: 0.85 },
    },
  ];
}

interface Account {
  readonly accountId: string;
  readonly assetId: string;
}

async function openAccount(database: Database): Promise<Account> {
  const account = { accountId: systemIds.next('acct'), assetId: systemIds.next('asset') };
  await insertAccount(database.executor, { id: account.accountId, name: 'bench' });
  await changeCredits(database.executor, {
    accountId: account.accountId,
    kind: 'grant',
    amount: 1_000_000,
    reason: 'bench',
  });
  await insertAsset(database.executor, {
    id: account.assetId,
    accountId: account.accountId,
    role: 'original',
    storageKey: 'accounts/none',
    mediaType: 'image/png',
    bytes: 1,
    sha256: '0'.repeat(64),
  });
  return account;
}

async function submitBook(
  database: Database,
  { accountId, assetId }: Account,
  photos: number,
): Promise<string> {
  const input = pictureBook.inputSchema.parse({
    photos: Array.from({ length: photos }, () => ({ assetId })),
    style: 'poster',
    title: 'A book',
  });
  const { jobId } = await submitJob(database, systemIds, {
    accountId,
    kind: 'picture-book',
    input,
    plan: pictureBook.plan(input),
    assets: pictureBook.assets(input),
    onItemFailure: 'fail',
    priority: 0,
    metadata: {},
  });
  return jobId;
}

async function settledJobs(database: Database): Promise<number> {
  const result = await database.executor.execute<{ count: number }>(
    'select count(*)::integer as count from jobs where settled_at is not null',
  );
  return result.rows[0]?.count ?? 0;
}

interface Outcomes extends Record<string, unknown> {
  readonly waited: number;
  readonly untold: number;
  readonly within_half: number;
  readonly within_most: number;
  readonly median_ratio: number;
  readonly mean_wait_ms: number;
}

/** Of jobs that were told more than the least that is ever said: these had to wait. */
async function outcomes(database: Database): Promise<readonly Outcomes[]> {
  const result = await database.executor.execute<Outcomes>(`
    with told as (
      select extract(epoch from admitted_at - queued_at) * 1000 as waited_ms, estimate_half_ms as half, estimate_most_ms as most from jobs
    )
    select count(*) filter (where most > 250)::integer as waited, count(*) filter (where most is null)::integer as untold,
      count(*) filter (where most > 250 and waited_ms <= half)::integer as within_half,
      count(*) filter (where most > 250 and waited_ms <= most)::integer as within_most,
      (percentile_cont(0.5) within group (order by waited_ms / half) filter (where most > 250))::double precision as median_ratio,
      (avg(waited_ms) filter (where most > 250))::double precision as mean_wait_ms
    from told`);
  return result.rows;
}

async function estimates(
  database: Database,
): Promise<readonly { readonly estimates: number; readonly within_most: number }[]> {
  const result = await database.executor.execute<{ estimates: number; within_most: number }>(
    'select estimates::integer, within_most::integer from dispatch_pace',
  );
  return result.rows;
}

/** Mulberry32: the same load in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
