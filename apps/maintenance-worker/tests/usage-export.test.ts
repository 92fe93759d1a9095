/** Usage on its way to Stripe: once, whatever dies or fails on the way. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createStripeMeter } from '@pressroom/billing';
import { type StripeStandIn, startStripeStandIn } from '@pressroom/billing/stand-in';
import {
  claimUsageExports,
  countUsageExports,
  createProviderCallStore,
  type Database,
  insertAccount,
  listParkedExports,
  migrateDatabase,
  openDatabase,
  replayUsageExport,
  updateAccount,
} from '@pressroom/database';
import { silentLog, systemClock, type UsageMeter } from '@pressroom/domain';
import type { TaskReport } from '@pressroom/process';
import { createTestDatabase } from '@pressroom/testing';
import { sql } from 'drizzle-orm';
import { createUsageExportTask, type ExportOutcome } from '../src/tasks/usage-export.ts';

const apiKey = 'rk_test_a_secret_key';
const accountId = 'acct_billed';
let database: Database;
let stripe: StripeStandIn;
let meter: UsageMeter;
let outcomes: ExportOutcome[];
let serial = 0;

beforeAll(async () => {
  const { url } = await createTestDatabase({ template: { name: 'usage_export', prepare: migrateDatabase } });
  database = openDatabase({ url, poolSize: 8, log: silentLog, applicationName: 'test' });
  await insertAccount(database.executor, { id: accountId, name: 'Billed' });
  await insertAccount(database.executor, { id: 'acct_free', name: 'Free' });
  await updateAccount(database.executor, accountId, { stripeCustomerId: 'cus_a' });
});
afterAll(() => database.close());
beforeEach(async () => {
  stripe = await startStripeStandIn({ apiKey, eventNames: ['tokens', 'pictures'], customers: ['cus_a'] });
  meter = createStripeMeter({
    apiKey,
    baseUrl: stripe.url,
    eventNames: { tokens: 'tokens', pictures: 'pictures' },
    timeoutMs: 2_000,
  });
  outcomes = [];
  await database.executor.execute(sql`delete from usage_exports`);
});
afterEach(() => stripe.close());

/** A call that took so much, as a worker ends it. */
async function use(tokens: number, pictures = 0, account = accountId, provider = 'gemini'): Promise<void> {
  serial += 1;
  const calls = createProviderCallStore(database);
  const policy = { leaseMs: 60_000 };
  const admission = await calls.begin(
    {
      caller: { accountId: account, jobId: null as never, stepId: 's' },
      provider,
      model: 'm',
      resultKey: `key_${serial}`,
      estimatedTokens: 0,
    },
    policy,
  );
  if (admission.kind !== 'granted') throw new Error(admission.kind);
  const bill = { usage: { inputTokens: tokens, outputTokens: 0 }, pictures, micros: 1 };
  const end = () =>
    calls.end(
      admission.callId,
      { kind: 'succeeded', bill, durationMs: 1, result: undefined },
      'healthy',
      policy,
    );
  await Promise.all([end(), end()]);
}

const { signal } = new AbortController();
async function run(by: UsageMeter = meter, stop: AbortSignal = signal): Promise<TaskReport> {
  return await createUsageExportTask({
    database,
    meter: by,
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
    onOutcome: (outcome) => void outcomes.push(outcome),
  }).run({ signal: stop, log: silentLog, memory: undefined });
}
/** As if so much time had passed for what is on its way. */
async function pass(interval: string): Promise<void> {
  await database.executor.execute(
    sql`update usage_exports set retry_at = retry_at - ${interval}::interval, first_sent_at = first_sent_at - ${interval}::interval`,
  );
}
const values = () => stripe.counted.map(({ eventName, value }) => `${eventName} ${value}`).sort();

test('tokens and pictures of billed accounts are counted once, and nothing of the others and of the offline provider', async () => {
  await use(100, 1);
  await use(50);
  await use(70, 1, 'acct_free');
  await use(30, 1, accountId, 'offline');
  expect(await countUsageExports(database.executor)).toEqual({ pending: 3, parked: 0 });
  expect(await run()).toMatchObject({ found: 3, fixed: 3 });
  expect(values()).toEqual(['pictures 1', 'tokens 100', 'tokens 50']);
  expect(await run()).toMatchObject({ found: 0 });
  expect(stripe.requests()).toBe(3);
});

test('a process that dies between the sending and the writing down leaves nothing lost and nothing counted twice', async () => {
  await use(100);
  const [claimed] = await claimUsageExports(database.executor, {
    meters: ['tokens'],
    leaseMs: 1_000,
    limit: 5,
  });
  if (claimed === undefined) throw new Error('nothing was claimed');
  await meter.send(claimed, signal);
  // The process is gone. Nobody else takes it before its lease is over.
  expect(await run()).toMatchObject({ found: 0 });
  await pass('1 second');
  expect(await run()).toMatchObject({ found: 1, fixed: 1 });
  expect(outcomes).toEqual(['known']);
  expect(values()).toEqual(['tokens 100']);
});

test('two processes at once send each piece once', async () => {
  for (let index = 1; index <= 60; index += 1) await use(index);
  await Promise.all([run(), run(), run()]);
  expect(stripe.counted).toHaveLength(60);
  expect(stripe.requests()).toBe(60);
});

describe('while Stripe', () => {
  test('does not answer properly, everything waits, ever longer, and then comes', async () => {
    await use(1);
    stripe.next({ kind: 'lose' }, { kind: 'fail', status: 500 });
    await run();
    expect(await run()).toMatchObject({ found: 0 });
    await pass('1 minute');
    await run();
    await pass('1 hour');
    await run();
    expect(outcomes).toEqual(['postponed', 'postponed', 'known']);
    expect(values()).toEqual(['tokens 1']);
  });

  test('asks to wait, nothing more is sent before', async () => {
    for (let index = 0; index < 20; index += 1) await use(1);
    stripe.next(
      ...Array.from({ length: 5 }, () => ({ kind: 'fail', status: 429, retryAfterSeconds: 90 }) as const),
    );
    await run();
    expect(stripe.requests()).toBeLessThanOrEqual(5);
    await run();
    await pass('100 seconds');
    await run();
    expect(stripe.counted).toHaveLength(20);
  });

  test('does not accept the key, nothing is parked, and what was claimed is as if it had not been', async () => {
    for (let index = 0; index < 20; index += 1) await use(1);
    const wrong = createStripeMeter({
      apiKey: 'rk_test_wrong_key',
      baseUrl: stripe.url,
      eventNames: { tokens: 'tokens' },
    });
    await run(wrong);
    expect(await countUsageExports(database.executor)).toEqual({ pending: 20, parked: 0 });
    await pass('2 days');
    await run();
    expect(stripe.counted).toHaveLength(20);
  });
});

describe('is parked for an operator', () => {
  test('what is refused, and it comes when it is replayed after the reason is gone; the rest goes on', async () => {
    await updateAccount(database.executor, accountId, { stripeCustomerId: 'cus_gone' });
    await use(7);
    await updateAccount(database.executor, accountId, { stripeCustomerId: 'cus_a' });
    await use(8);
    await run();
    expect(values()).toEqual(['tokens 8']);
    const [parked, ...others] = await listParkedExports(database.executor, { limit: 5 });
    expect(others).toEqual([]);
    expect(parked).toMatchObject({ value: 7, errorCode: 'billing-refused', customerId: 'cus_gone' });
    await database.executor.execute(sql`update usage_exports set customer_id = 'cus_a'`);
    await replayUsageExport(database.executor, parked?.id ?? '');
    await expect(replayUsageExport(database.executor, parked?.id ?? '')).rejects.toMatchObject({
      code: 'usage-export-not-parked',
    });
    await run();
    expect(values()).toEqual(['tokens 7', 'tokens 8']);
  });

  test('what may have been counted so long ago that Stripe would not know it again', async () => {
    await use(9);
    stripe.next({ kind: 'lose' });
    await run();
    stripe.forgetIdentifiers();
    await pass('24 hours');
    await run();
    expect(outcomes).toEqual(['postponed', 'parked']);
    expect(values()).toEqual(['tokens 9']);
    expect((await listParkedExports(database.executor, { limit: 5 }))[0]?.errorCode).toBe(
      'billing-uncertain',
    );
  });

  test('what is older than Stripe takes', async () => {
    await use(9);
    await database.executor.execute(sql`update usage_exports set used_at = now() - interval '35 days'`);
    await run();
    expect((await listParkedExports(database.executor, { limit: 5 }))[0]?.errorCode).toBe('billing-too-late');
    expect(stripe.requests()).toBe(0);
  });
});

test('a run that is told to stop sends nothing more and gives back what it had taken', async () => {
  for (let index = 0; index < 30; index += 1) await use(1);
  stripe.next(...Array.from({ length: 5 }, () => ({ kind: 'hang' }) as const));
  const controller = new AbortController();
  const running = run(meter, controller.signal);
  await stripe.requested(5);
  controller.abort(new Error('stop'));
  await running.catch(() => {});
  expect(stripe.requests()).toBe(5);
  const { rows } = await database.executor.execute<{ count: string }>(
    sql`select count(*) from usage_exports where status = 'pending' and attempts = 0 and retry_at <= now()`,
  );
  expect(Number(rows[0]?.count)).toBe(25);
});
