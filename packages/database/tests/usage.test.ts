/** What calls took is written down once, in sums that are those of the calls, whatever happens to the calls (invariants 3 and 4). */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type CallBill,
  type CallEnding,
  type CallPolicy,
  firstIdAt,
  type ProviderCallStore,
  type StoredResult,
  systemIds,
  usageMonthOf,
} from '@pressroom/domain';
import { type FakeClock, fakeClock, repositoryRoot } from '@pressroom/testing';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import {
  cancelJob,
  countJobsByKind,
  createProviderCallStore,
  endLostCalls,
  listCalls,
  listJobUsage,
  listUsageMonth,
  readUsageOfMonth,
  type Submission,
  submitJob,
} from '../src/index.ts';
import { accountId, addAsset, openAccount, openScene, type Scene, submission } from './scene.ts';

const policy: CallPolicy = { leaseMs: 100_000 };
const other = 'acct_other';
let scene: Scene;
let clock: FakeClock;
let store: ProviderCallStore;
const migrationsFolder = join(repositoryRoot(), 'packages/database/migrations');
let serial = 0;

beforeAll(async () => {
  scene = await openScene({ poolSize: 16 });
  await openAccount(scene, other, 0);
  for (const id of [accountId, other])
    await scene.sql(
      `insert into jobs (id, account_id, kind, input, on_item_failure, price) values ($1, $2, 'picture-book', '{}', 'skip', 1)`,
      [`job_${id}`, id],
    );
});
afterAll(async () => {
  await scene.close();
});
beforeEach(async () => {
  clock = fakeClock();
  store = createProviderCallStore(scene.database, clock);
  for (const table of ['usage_months', 'provider_states', 'provider_calls', 'stored_results'])
    await scene.sql(`delete from ${table}`);
});

const bill = (tokens: number, pictures = 0, micros: number | undefined = tokens * 2): CallBill => ({
  usage: { inputTokens: tokens, outputTokens: tokens },
  pictures,
  micros,
});
const succeeded = (what: CallBill, result?: StoredResult): CallEnding => ({
  kind: 'succeeded',
  bill: what,
  durationMs: 5,
  result,
});

async function begin({
  account = accountId,
  model = 'm',
  key,
}: {
  account?: string;
  model?: string;
  key?: string;
} = {}) {
  serial += 1;
  return await store.begin(
    {
      caller: { accountId: account, jobId: `job_${account}`, stepId: `step_${serial}` },
      provider: 'gemini',
      model,
      resultKey: key ?? `key_${serial}`,
      estimatedTokens: 0,
    },
    policy,
  );
}
async function granted(ask: Parameters<typeof begin>[0] = {}): Promise<number> {
  const admission = await begin(ask);
  if (admission.kind !== 'granted') throw new Error(admission.kind);
  return admission.callId;
}
const month = () => usageMonthOf(clock.now());
const sums = async (account = accountId) => await listUsageMonth(scene.database.executor, account, month());

test('a call is added to its month with tokens, pictures and money, once, however often its end is told', async () => {
  const callId = await granted();
  const ending = succeeded(bill(100, 1, 900));
  await Promise.all([1, 2, 3].map(() => store.end(callId, ending, 'healthy', policy)));
  expect(await sums()).toEqual([
    {
      accountId,
      month: `${month().name}-01`,
      provider: 'gemini',
      model: 'm',
      calls: 1,
      failed: 0,
      saved: 0,
      inputTokens: 100,
      outputTokens: 100,
      pictures: 1,
      micros: 900,
      unpricedCalls: 0,
    },
  ]);
  const job = (await listJobUsage(scene.database.executor, [`job_${accountId}`])).get(`job_${accountId}`);
  expect(job).toMatchObject({ made: 1, pictures: 1, micros: 900, unpricedCalls: 0 });
});

test('a call whose price nobody knows is counted as such and not as free; a saved one is free', async () => {
  const result = { storageKey: 'k', mediaType: 'text/plain', bytes: 1, sha256: 'a'.repeat(64), model: 'm' };
  await store.end(
    await granted({ key: 'wanted' }),
    succeeded({ ...bill(10), micros: undefined }, result),
    'healthy',
    policy,
  );
  const found = await begin({ key: 'wanted' });
  expect(found.kind).toBe('found');
  expect(await sums()).toMatchObject([{ calls: 1, saved: 1, micros: 0, unpricedCalls: 1 }]);
  // Its bytes turned out to be gone: no call was saved.
  if (found.kind === 'found') await store.forget(accountId, 'wanted', found.result, found.callId);
  expect(await sums()).toMatchObject([{ calls: 1, saved: 0 }]);
});

test('a failed call is counted with what it took, and one that took nothing with that', async () => {
  const failed = (what: CallBill | undefined): CallEnding => ({
    kind: 'failed',
    code: 'provider-malformed-answer',
    durationMs: 5,
    pauseMs: undefined,
    bill: what,
  });
  await store.end(await granted(), failed(bill(7)), 'unknown', policy);
  await store.end(await granted(), failed(bill(0)), 'unknown', policy);
  await store.end(await granted(), { kind: 'aborted', durationMs: 1, bill: undefined }, 'unknown', policy);
  expect(await sums()).toMatchObject([{ calls: 3, failed: 3, inputTokens: 7, micros: 14, unpricedCalls: 1 }]);
});

test('what ends in the next month counts there, in the sums as among the calls', async () => {
  clock.set(new Date('2026-03-31T23:59:59.999Z'));
  const early = await granted();
  const late = await granted();
  await store.end(early, succeeded(bill(4)), 'healthy', policy);
  clock.set(new Date('2026-04-01T00:00:00Z'));
  await store.end(late, succeeded(bill(5)), 'healthy', policy);
  for (const [name, id, tokens] of [
    ['2026-03', early, 4],
    ['2026-04', late, 5],
  ] as const) {
    const its = usageMonthOf(new Date(`${name}-01`));
    const { executor } = scene.database;
    expect(await listUsageMonth(executor, accountId, its)).toMatchObject([{ calls: 1, inputTokens: tokens }]);
    expect(await listCalls(executor, { accountId, month: its, limit: 9 })).toMatchObject([
      { id, inputTokens: tokens },
    ]);
  }
});

describe('a call whose end nobody tells', () => {
  const endLost = () => endLostCalls(scene.database.executor, { limit: 100, now: clock.now() });

  test('is given up though its model is never called again, and counts as one of which nobody knows what it took', async () => {
    await granted();
    await granted({ model: 'n', account: other });
    expect(await endLost()).toBe(0);
    clock.advance(policy.leaseMs);
    expect(await endLost()).toBe(2);
    expect(await endLost()).toBe(0);
    expect(await sums()).toMatchObject([{ model: 'm', calls: 1, failed: 1, micros: 0, unpricedCalls: 1 }]);
    expect(await sums(other)).toMatchObject([{ model: 'n', calls: 1, unpricedCalls: 1 }]);
    const job = (await listJobUsage(scene.database.executor, [`job_${accountId}`])).get(`job_${accountId}`);
    expect(job).toMatchObject({ made: 1, unpricedCalls: 1 });
  });

  test('counts once and with what it took when it ends after all, in the month of that', async () => {
    clock.set(new Date('2026-03-31T23:58:00Z'));
    const callId = await granted();
    clock.set(new Date('2026-03-31T23:59:50Z'));
    await endLost();
    expect(await sums()).toMatchObject([{ calls: 1, failed: 1, unpricedCalls: 1 }]);
    clock.set(new Date('2026-04-01T00:00:10Z'));
    await Promise.all([1, 2].map(() => store.end(callId, succeeded(bill(6)), 'healthy', policy)));
    expect(await sums()).toMatchObject([
      { calls: 1, failed: 0, inputTokens: 6, micros: 12, unpricedCalls: 0 },
    ]);
    expect(
      await listUsageMonth(scene.database.executor, accountId, usageMonthOf(new Date('2026-03-31'))),
    ).toMatchObject([{ calls: 0, failed: 0, unpricedCalls: 0 }]);
  });

  test('leaves sums that are those of the calls when it is given up while it ends', async () => {
    const calls = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        granted({ account: index % 2 === 0 ? accountId : other, model: index % 3 === 0 ? 'm' : 'n' }),
      ),
    );
    clock.advance(policy.leaseMs);
    await Promise.all(
      calls.flatMap((callId, index) => [
        store.end(callId, succeeded(bill(index, 1)), 'healthy', policy),
        ...(index % 5 === 0 ? [endLost()] : []),
        ...(index % 7 === 0 ? [begin({ model: 'm' })] : []),
      ]),
    );
    await expectSumsOfCalls();
  });
});

/** Sums of every account, month and model, as the calls themselves have them. */
async function expectSumsOfCalls(): Promise<void> {
  const made = await scene.sql(
    `select account_id, usage_month(ended_at)::text as month, provider, model, count(*) filter (where outcome <> 'saved') as calls,
       count(*) filter (where outcome in ('failed', 'aborted', 'lost')) as failed, count(*) filter (where outcome = 'saved') as saved,
       coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens, sum(pictures) as pictures,
       coalesce(sum(micros), 0) as micros, count(*) filter (where outcome <> 'saved' and micros is null) as unpriced_calls
     from provider_calls where outcome <> 'running' group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  );
  expect(
    await scene.sql(`select account_id, month::text, provider, model, calls, failed, saved, input_tokens::text, output_tokens::text,
    pictures, micros::text, unpriced_calls from usage_months order by 1, 2, 3, 4`),
  ).toEqual(made);
}

test('a database that has calls already gets the sums of their months when it is migrated', async () => {
  const result = { storageKey: 'k', mediaType: 'text/plain', bytes: 1, sha256: 'a'.repeat(64), model: 'm' };
  await store.end(
    await granted({ key: 'kept' }),
    succeeded({ ...bill(3, 1), micros: undefined }, result),
    'healthy',
    policy,
  );
  await begin({ key: 'kept' });
  await store.end(
    await granted({ model: 'n' }),
    { kind: 'aborted', durationMs: 1, bill: undefined },
    'unknown',
    policy,
  );
  await granted();
  await scene.sql('delete from usage_months');
  const statements = readMigrationFiles({ migrationsFolder }).flatMap((migration) => migration.sql);
  for (const statement of statements.filter((each) => /(delete from|insert into) "usage_months"/i.test(each)))
    await scene.sql(statement);
  expect(await sums()).toHaveLength(2);
  await expectSumsOfCalls();
});

test('sums stay those of the calls when many end at once, and those of each account are its own', async () => {
  const calls = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => ({
      callId: await granted({
        account: index % 2 === 0 ? accountId : other,
        model: index % 3 === 0 ? 'm' : 'n',
      }),
      tokens: index,
    })),
  );
  await Promise.all(
    calls.flatMap(({ callId, tokens }) =>
      [1, 2].map(() => store.end(callId, succeeded(bill(tokens, 1)), 'healthy', policy)),
    ),
  );
  for (const account of [accountId, other]) {
    const rows = await scene.sql<{
      model: string;
      calls: string;
      tokens: string;
      micros: string;
      pictures: string;
    }>(
      `select model, count(*) as calls, sum(input_tokens) as tokens, sum(micros) as micros, sum(pictures) as pictures
       from provider_calls where account_id = $1 group by model order by model`,
      [account],
    );
    expect(await sums(account)).toMatchObject(
      rows.map((row) => ({
        model: row.model,
        calls: Number(row.calls),
        inputTokens: Number(row.tokens),
        micros: Number(row.micros),
        pictures: Number(row.pictures),
      })),
    );
  }
});

describe('the calls of a month', () => {
  test('come newest first, page by page, without those of other months and accounts', async () => {
    const ended: number[] = [];
    for (let index = 0; index < 7; index += 1) {
      // Several end in the same millisecond.
      if (index % 3 === 0) clock.advance(1_000);
      const callId = await granted();
      await store.end(callId, succeeded(bill(1)), 'healthy', policy);
      ended.push(callId);
    }
    // Is under way.
    await granted();
    await store.end(await granted({ account: other }), succeeded(bill(1)), 'healthy', policy);
    const seen: number[] = [];
    let before: Awaited<ReturnType<typeof listCalls>>[number] | undefined;
    do {
      const page = await listCalls(scene.database.executor, { accountId, month: month(), before, limit: 3 });
      seen.push(...page.map(({ id }) => id));
      before = page.length === 3 ? page.at(-1) : undefined;
    } while (before !== undefined);
    expect(seen).toEqual([...ended].reverse());
    const last = usageMonthOf(new Date(month().from.getTime() - 1));
    expect(await listCalls(scene.database.executor, { accountId, month: last, limit: 3 })).toEqual([]);
  });

  test('jobs are counted by kind in the month in which they were submitted', async () => {
    const now = usageMonthOf(new Date('2026-05-10T00:00:00Z'));
    for (const [index, moment] of [
      '2026-04-30T23:59:59Z',
      '2026-05-01T00:00:00Z',
      '2026-05-31T23:59:59Z',
      '2026-06-01T00:00:00Z',
    ].entries())
      await scene.sql(
        `insert into jobs (id, account_id, kind, input, on_item_failure, price, created_at) values ($1, $2, 'learning-plan', '{}', 'fail', 1, $3)`,
        [`${firstIdAt('job', new Date(moment))}${String(index).padStart(16, '0')}`, other, moment],
      );
    expect(await countJobsByKind(scene.database.executor, other, now)).toEqual({ 'learning-plan': 2 });
  });
});

describe('the limits of a tier', () => {
  const tiers = { byName: { small: { pictures: 5, jobs: 3 }, poor: { micros: 1_000 } } };
  const estimateOf = (photos: number) => ({ pictures: photos, tokens: photos * 10, micros: photos * 100 });
  let tenant = 0;
  /** An account of its own, with credits for everything. */
  async function open(tier: string | null): Promise<string> {
    tenant += 1;
    const id = `acct_tenant_${tenant}`;
    await openAccount(scene, id, 1_000);
    await scene.sql('update accounts set tier = $2 where id = $1', [id, tier]);
    for (let index = 0; index < 6; index += 1) await addAsset(scene, `${id}_${index}`, id);
    return id;
  }
  const submit = (account: string, photos: number, change: Partial<Submission> = {}) =>
    submitJob(scene.database, systemIds, {
      ...submission({ assetIds: Array.from({ length: photos }, (_, index) => `${account}_${index}`) }),
      accountId: account,
      usage: { tiers, estimate: estimateOf(photos), month: usageMonthOf(new Date()) },
      ...change,
    });
  const read = async (account: string) =>
    await readUsageOfMonth(scene.database.executor, account, usageMonthOf(new Date()));

  test('refuse what does not fit, with what is left, and leave nothing of it; what fits still comes in', async () => {
    const account = await open('small');
    await submit(account, 3);
    const before = await scene.sql('select * from jobs where account_id = $1', [account]);
    await expect(submit(account, 3, { idempotencyKey: 'once' })).rejects.toMatchObject({
      code: 'usage-limit-reached',
      facts: { tier: 'small', quantity: 'pictures', limit: 5, used: 0, reserved: 3, asked: 3, left: 2 },
    });
    expect(await scene.sql('select * from jobs where account_id = $1', [account])).toEqual(before);
    expect(await scene.sql('select balance from accounts where id = $1', [account])).toEqual([
      { balance: '996' },
    ]);
    expect(await scene.sql('select * from idempotency_keys where account_id = $1', [account])).toEqual([]);
    // The key is free for what fits.
    const second = await submit(account, 2, { idempotencyKey: 'once' });
    // Repeated, it is the same job, though a new one would not fit.
    expect(await submit(account, 2, { idempotencyKey: 'once' })).toEqual({
      jobId: second.jobId,
      replayed: true,
    });
  });

  test('count jobs of the month, however they ended', async () => {
    const account = await open('small');
    for (let index = 0; index < 3; index += 1)
      await cancelJob(scene.database, account, (await submit(account, 1)).jobId);
    await expect(submit(account, 1)).rejects.toMatchObject({
      facts: { quantity: 'jobs', limit: 3, used: 3, asked: 1, left: 0 },
    });
    await scene.sql(`update jobs set created_at = created_at - interval '32 days' where account_id = $1`, [
      account,
    ]);
    await submit(account, 1);
  });

  test('let through no more than fits when many come at once', async () => {
    const account = await open('small');
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => submit(account, 2)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await read(account)).toMatchObject({ used: { jobs: 2 }, reserved: { pictures: 4 } });
  });

  test('get back what a job had kept when it settles, and count what it really took', async () => {
    const account = await open('poor');
    const { jobId } = await submit(account, 6);
    await expect(submit(account, 5)).rejects.toMatchObject({ facts: { quantity: 'micros', left: 400 } });
    const call = await store.begin(
      {
        caller: { accountId: account, jobId, stepId: 's' },
        provider: 'gemini',
        model: 'm',
        resultKey: 'k',
        estimatedTokens: 0,
      },
      policy,
    );
    if (call.kind !== 'granted') throw new Error(call.kind);
    clock.set(new Date());
    await store.end(call.callId, succeeded(bill(1, 1, 250)), 'healthy', policy);
    await cancelJob(scene.database, account, jobId);
    expect(await read(account)).toMatchObject({
      used: { micros: 250, pictures: 1 },
      reserved: { micros: 0 },
    });
    await submit(account, 5);
    await expect(submit(account, 5)).rejects.toMatchObject({ code: 'usage-limit-reached' });
  });

  test('do not hold for accounts without a tier, unless there is one for them; a tier that is not known lets nothing through', async () => {
    const free = await open(null);
    await submit(free, 6);
    expect(await read(free)).toMatchObject({ reserved: { pictures: 0 } });
    const usage = {
      tiers: { ...tiers, fallback: 'small' },
      estimate: estimateOf(6),
      month: usageMonthOf(new Date()),
    };
    await expect(submit(free, 6, { usage })).rejects.toMatchObject({ facts: { tier: 'small' } });
    await expect(submit(await open('gone'), 1)).rejects.toMatchObject({ code: 'settings-invalid' });
  });
});
