/** What start-time fair queueing promises to accounts that wait beside each other, and what is promised of times. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Dispatch, type DispatchLimits, type DispatchStore, silentLog } from '@pressroom/domain';
import fc from 'fast-check';
import {
  cancelJob,
  createDispatchStore,
  createEventHints,
  findAccount,
  findJob,
  openDatabase,
  submitJob,
} from '../src/index.ts';
import {
  accountId,
  addAsset,
  brokenInvariants,
  limits,
  openAccount,
  openScene,
  type Scene,
  submission,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ credits: 10_000 });
});
afterEach(async () => {
  expect(await brokenInvariants(scene)).toEqual([]);
  await scene.close();
});

const oneAtATime = { ...limits, windowFlows: 1, batch: 1 };

async function openBuyer(id: string, weight = 1): Promise<void> {
  await openAccount(scene, id, 10_000);
  await addAsset(scene, `${id}_photo`, id);
  await scene.sql('update accounts set weight = $2 where id = $1', [id, weight]);
}

/** A book of `photos` pictures costs one credit more than it has pictures. */
async function submit(owner: string, change: Parameters<typeof submission>[0] = {}): Promise<string> {
  const { photos = 1, ...rest } = change;
  const assetIds = Array.from({ length: photos }, () => (owner === accountId ? 'asset_0' : `${owner}_photo`));
  const wanted = submission({ ...rest, accountId: owner, assetIds });
  return (await submitJob(scene.database, scene.ids, wanted)).jobId;
}

/** As many jobs without steps, at the least cost, each of which got its key as a submission gives it. */
async function fillBacklog(owner: string, jobs: number): Promise<void> {
  await scene.sql(
    `insert into jobs (id, account_id, kind, input, on_item_failure, price, last_event_sequence)
    select 'backlog_' || lpad(n::text, 6, '0'), $1, 'picture-book', '{}', 'fail', 0, 1 from generate_series(1, $2::integer) n`,
    [owner, jobs],
  );
  await scene.sql(`insert into job_events (job_id, sequence, type, data)
    select id, 1, 'job.queued', '{}' from jobs where id like 'backlog_%'`);
  await scene.sql(`insert into credit_entries (account_id, job_id, kind, amount, delta, balance_after, reason)
    select jobs.account_id, jobs.id, 'hold', 0, 0, accounts.balance, 'x'
    from jobs join accounts on accounts.id = jobs.account_id where jobs.id like 'backlog_%'`);
  await scene.sql(
    `select queue_job(id) from (select id from jobs where id like 'backlog_%' order by id) waiting`,
  );
}

/** The next job that is served, alone: it has left the window again when this returns. */
async function serveNext(): Promise<Dispatch | undefined> {
  const [dispatch] = await scene.dispatch.claim(oneAtATime);
  if (dispatch !== undefined) await cancelJob(scene.database, dispatch.accountId, dispatch.jobId);
  return dispatch;
}

describe('an account with 10,000 waiting jobs', () => {
  test('does not delay the job of another one by more than two of its own', async () => {
    await fillBacklog(accountId, 10_000);
    for (const newcomer of ['acct_first', 'acct_second', 'acct_third']) {
      await openBuyer(newcomer);
      for (let served = 0; served < 7; served += 1) expect((await serveNext())?.accountId).toBe(accountId);
      const jobId = await submit(newcomer);
      const next = [await serveNext(), await serveNext()].map((dispatch) => dispatch?.jobId);
      expect(next).toContain(jobId);
    }
  }, 120_000);

  test('does not take more of the window than its share of it', async () => {
    await fillBacklog(accountId, 200);
    const narrow = { ...limits, windowFlows: 20, accountWindowFlows: 5 };
    expect(await scene.dispatch.claim(narrow)).toHaveLength(5);
    expect(await scene.dispatch.claim(narrow)).toEqual([]);
    await openBuyer('acct_other');
    const other = await submit('acct_other');
    const went = await scene.dispatch.claim(narrow);
    expect(went.map((dispatch) => dispatch.jobId)).toEqual([other]);
    const [first] = await scene.sql<{ id: string }>(
      `select id from jobs where status = 'running' and account_id = '${accountId}' limit 1`,
    );
    await cancelJob(scene.database, accountId, first?.id ?? '');
    expect((await scene.dispatch.claim(narrow)).map((dispatch) => dispatch.accountId)).toEqual([accountId]);
  });
});

test('an account that was idle has nothing saved up: it gets its share from now on, and no more', async () => {
  await fillBacklog(accountId, 60);
  for (let served = 0; served < 20; served += 1) await serveNext();
  await openBuyer('acct_late');
  const jobs = 12;
  for (let index = 0; index < jobs; index += 1) await submit('acct_late');
  const cost = { [accountId]: 1, acct_late: 2 } as Record<string, number>;
  const received: Record<string, number> = { [accountId]: 0, acct_late: 0 };
  for (let served = 0; served < 18; served += 1) {
    const dispatch = await serveNext();
    const owner = dispatch?.accountId ?? '';
    received[owner] = (received[owner] ?? 0) + (cost[owner] ?? 0);
    expect(Math.abs((received[accountId] ?? 0) - (received['acct_late'] ?? 0))).toBeLessThanOrEqual(4);
  }
});

describe('four dispatchers at once', () => {
  test('admit exactly what the windows have room for, each job once', async () => {
    const databases = Array.from({ length: 4 }, (_, index) =>
      openDatabase({ url: scene.url, poolSize: 2, log: silentLog, applicationName: `dispatcher-${index}` }),
    );
    const opened = databases.map((database) => ({ database, hints: createEventHints(database, silentLog) }));
    try {
      const stores = opened.map(({ database, hints }) => createDispatchStore(database, hints));
      const owners = ['acct_a', 'acct_b', 'acct_c'];
      for (const owner of owners) await openBuyer(owner);
      const waiting = new Map(owners.map((owner, index) => [owner, 6 + 6 * index]));
      for (const [owner, jobs] of waiting) for (let index = 0; index < jobs; index += 1) await submit(owner);
      const windows = { ...limits, windowFlows: 8, accountWindowFlows: 3, batch: 2 };
      const seen = await serveAll(stores, windows, waiting);
      expect(new Set(seen.map((dispatch) => dispatch.jobId)).size).toBe(6 + 12 + 18);
      expect(seen).toHaveLength(6 + 12 + 18);
    } finally {
      for (const { database, hints } of opened) {
        await hints.flush();
        await database.close();
      }
    }
  });

  /** All claim at once, until nothing is left; after each round some of the jobs in the window settle. */
  async function serveAll(
    stores: readonly DispatchStore[],
    windows: DispatchLimits,
    waiting: Map<string, number>,
  ): Promise<Dispatch[]> {
    const seen: Dispatch[] = [];
    const inWindow: Dispatch[] = [];
    const flowsOf = (owner: string) => inWindow.filter((dispatch) => dispatch.accountId === owner).length;
    for (let round = 0; [...waiting.values()].some((jobs) => jobs > 0) || inWindow.length > 0; round += 1) {
      const room = [...waiting].map(([owner, jobs]) =>
        Math.min(jobs, windows.accountWindowFlows - flowsOf(owner)),
      );
      const expected = Math.min(
        windows.windowFlows - inWindow.length,
        room.reduce((sum, places) => sum + places, 0),
      );
      const got = (await Promise.all([...stores, ...stores].map((store) => store.claim(windows)))).flat();
      expect(got).toHaveLength(expected);
      for (const dispatch of got) waiting.set(dispatch.accountId, (waiting.get(dispatch.accountId) ?? 0) - 1);
      inWindow.push(...got);
      seen.push(...got);
      for (const owner of waiting.keys())
        expect(flowsOf(owner)).toBeLessThanOrEqual(windows.accountWindowFlows);
      for (const dispatch of inWindow.splice(0, 1 + (round % 5)))
        await cancelJob(scene.database, dispatch.accountId, dispatch.jobId);
    }
    return seen;
  }
});

/**
 * Goyal, Vin, Cheng (1996), theorem 1: while two accounts both have jobs that wait, what they receive divided by their weights
 * differs by at most the sum of their greatest costs divided by their weights; over every interval, not only from the start.
 */
test('accounts that wait beside each other receive what their weights say, within the bound of the algorithm', async () => {
  let run = 0;
  const buyer = fc.record({
    weight: fc.constantFrom(0.25, 0.5, 1, 2, 3, 8),
    photos: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 10 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(buyer, { minLength: 2, maxLength: 3 }), async (given) => {
      run += 1;
      const buyers = given.map((each, index) => ({ ...each, id: `acct_${run}_${index}` }));
      const costs = new Map<string, number>();
      for (const { id, weight, photos } of buyers) {
        await openBuyer(id, weight);
        for (const count of photos) costs.set(await submit(id, { photos: count }), count + 1);
      }
      const order: Dispatch[] = [];
      for (let next = await serveNext(); next !== undefined; next = await serveNext()) order.push(next);
      expect(order).toHaveLength(costs.size);
      const left = new Map(buyers.map(({ id, photos }) => [id, photos.length]));
      /** Differences over an interval are differences of these running figures: so are their greatest and least. */
      for (const [index, one] of buyers.entries()) {
        for (const other of buyers.slice(index + 1)) {
          const bound = [one, other].reduce(
            (sum, { weight, photos }) => sum + (Math.max(...photos) + 1) / weight,
            0,
          );
          const ahead = [0];
          const waits = new Map(left);
          for (const { accountId: owner, jobId } of order) {
            waits.set(owner, (waits.get(owner) ?? 0) - 1);
            const share = costs.get(jobId) ?? 0;
            const change =
              owner === one.id ? share / one.weight : owner === other.id ? -share / other.weight : 0;
            ahead.push((ahead.at(-1) ?? 0) + change);
            if (waits.get(one.id) === 0 || waits.get(other.id) === 0) break;
          }
          expect(Math.max(...ahead) - Math.min(...ahead)).toBeLessThanOrEqual(bound + 1e-9);
        }
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);

describe('a delay', () => {
  test('keeps the job out of every claim until it is over, is announced, and gives no better place than coming then', async () => {
    const later = await submit(accountId, { delayUntil: new Date(Date.now() + 3_600_000) });
    expect(await scene.dispatch.claim(limits)).toEqual([]);
    const dueMs = (await scene.dispatch.untilNextDue()) ?? 0;
    expect(dueMs).toBeGreaterThan(3_500_000);
    expect(dueMs).toBeLessThanOrEqual(3_600_000);
    const earlier = await submit(accountId);
    await scene.sql('update jobs set delay_until = now() where id = $1', [later]);
    expect(await scene.dispatch.untilNextDue()).toBeLessThanOrEqual(0);
    expect((await serveNext())?.jobId).toBe(earlier);
    expect((await serveNext())?.jobId).toBe(later);
    expect(await scene.dispatch.untilNextDue()).toBeUndefined();
  });
});

describe('a deadline', () => {
  const past = (jobId: string) =>
    scene.sql(`update jobs set deadline = now() - interval '1 second' where id = $1`, [jobId]);
  const ahead = () => new Date(Date.now() + 3_600_000);
  const balance = async () => (await findAccount(scene.database.executor, accountId))?.balance;

  test('that has passed cancels the job, waiting or running, and gives its credits back', async () => {
    const before = await balance();
    const running = await submit(accountId, { deadline: ahead() });
    await scene.dispatch.claim(limits);
    const waiting = await submit(accountId, { deadline: ahead() });
    const inTime = await submit(accountId, { deadline: ahead(), photos: 4 });
    expect(await scene.dispatch.expire(10)).toEqual([]);
    for (const jobId of [running, waiting]) await past(jobId);
    expect([...(await scene.dispatch.expire(10))].sort()).toEqual([running, waiting].sort());
    for (const jobId of [running, waiting]) {
      const job = await findJob(scene.database.executor, accountId, jobId);
      expect(job).toMatchObject({
        status: 'cancelled',
        error: { code: 'deadline-exceeded' },
        captured: 0,
        refunded: 2,
      });
    }
    expect(await balance()).toBe((before ?? 0) - 5);
    expect((await scene.dispatch.claim(limits)).map((dispatch) => dispatch.jobId)).toEqual([inTime]);
  });

  test('is met once, however many dispatchers look, and at most as many at a time as asked for', async () => {
    const jobs: string[] = [];
    for (let index = 0; index < 5; index += 1) jobs.push(await submit(accountId, { deadline: ahead() }));
    for (const jobId of jobs) await past(jobId);
    expect(await scene.dispatch.expire(2)).toHaveLength(2);
    const rest = await Promise.all([1, 2, 3, 4].map(() => scene.dispatch.expire(10)));
    expect(rest.flat()).toHaveLength(3);
    expect(await scene.dispatch.untilNextDue()).toBeUndefined();
  });

  test('of a job that has settled means nothing any more', async () => {
    const jobId = await submit(accountId, { deadline: ahead() });
    await cancelJob(scene.database, accountId, jobId);
    await past(jobId);
    expect(await scene.dispatch.expire(10)).toEqual([]);
  });
});
