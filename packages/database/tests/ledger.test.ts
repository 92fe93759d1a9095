import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { changeCredits, findAccount, listCreditEntries, submitJob } from '../src/index.ts';
import { accountId, brokenInvariants, openScene, type Scene, submission } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ credits: 100 });
});
afterEach(async () => {
  expect(await brokenInvariants(scene)).toEqual([]);
  await scene.close();
});

test('each entry says what it did and what was left', async () => {
  const { jobId } = await submitJob(scene.database, scene.ids, submission());
  const entries = await listCreditEntries(scene.database.executor, { accountId, limit: 10 });
  expect(entries).toMatchObject([
    { kind: 'hold', amount: 3, delta: -3, balanceAfter: 97, jobId },
    { kind: 'grant', amount: 100, delta: 100, balanceAfter: 100, jobId: null },
  ]);
  const [newest] = entries;
  const older = await listCreditEntries(scene.database.executor, {
    accountId,
    beforeId: newest?.id ?? 0,
    limit: 10,
  });
  expect(older.map((entry) => entry.kind)).toEqual(['grant']);
});

test.each([
  `update credit_entries set reason = 'another'`,
  `update credit_entries set amount = 1, delta = 1`,
  `delete from credit_entries`,
  `truncate credit_entries`,
  `truncate accounts cascade`,
  `insert into credit_entries (account_id, kind, amount, delta, balance_after, reason) values ('acct_main', 'grant', 5, 50, 1, 'x')`,
  `insert into credit_entries (account_id, kind, amount, delta, balance_after, reason) values ('acct_main', 'hold', 5, -5, 1, 'x')`,
  `insert into credit_entries (account_id, kind, amount, delta, balance_after, reason) values ('acct_main', 'gift', 5, 0, 1, 'x')`,
  `update accounts set balance = -1`,
  `update accounts set balance = balance - 101`,
  `select increment_user_credits('acct_main', 'grant', -1, null, 'x')`,
  `select increment_user_credits('acct_main', 'hold', 1, null, 'x')`,
  `select increment_user_credits('acct_main', 'gift', 1, null, 'x')`,
  `select increment_user_credits('acct_none', 'grant', 1, null, 'x')`,
  `delete from accounts`,
])('is refused by the database itself: %s', async (statement) => {
  await expect(scene.sql(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^(23|P0002)/) });
  expect((await findAccount(scene.database.executor, accountId))?.balance).toBe(100);
});

test.each(['hold', 'capture', 'refund'] as const)('a job has no second %s', async (kind) => {
  const { jobId } = await submitJob(scene.database, scene.ids, submission());
  const twice = scene.database.transaction(async (tx) => {
    for (const _ of [1, 2]) await changeCredits(tx, { accountId, jobId, kind, amount: 1, reason: 'again' });
  });
  await expect(twice).rejects.toMatchObject({ cause: { constraint: 'credit_entries_once' } });
  expect((await findAccount(scene.database.executor, accountId))?.balance).toBe(97);
});

test('forty changes at once add up', async () => {
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      changeCredits(scene.database.executor, { accountId, kind: 'grant', amount: index, reason: 'x' }),
    ),
  );
  const sum = 100 + (39 * 40) / 2;
  expect(Math.max(...results)).toBe(sum);
  expect((await findAccount(scene.database.executor, accountId))?.balance).toBe(sum);
});

test.each([
  `update jobs set status = 'failed'`,
  `update jobs set settled_at = now()`,
  `update jobs set status = 'failed', settled_at = now()`,
  `update jobs set status = 'failed', settled_at = now(), captured = 1`,
  `update jobs set status = 'failed', settled_at = now(), captured = 1, refunded = 1`,
  `update jobs set status = 'succeeded', settled_at = now(), captured = 4, refunded = -1`,
  `update jobs set status = 'running', captured = 1, refunded = 2`,
  `update jobs set status = 'lost'`,
  `update jobs set kind = 'poster'`,
  `update steps set status = 'succeeded', settled_at = now()`,
  `update steps set status = 'running', output = '{}'`,
  `update steps set status = 'cancelled'`,
  `update steps set attempts = -1`,
  `update steps set handler = 'draw'`,
])('a record that cannot be true is refused: %s', async (statement) => {
  await submitJob(scene.database, scene.ids, submission());
  await expect(scene.sql(statement)).rejects.toMatchObject({ code: '23514' });
});
