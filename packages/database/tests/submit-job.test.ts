import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isPressroomError } from '@pressroom/domain';
import { cancelJob, findAccount, findJob, listJobEvents, listSteps, submitJob } from '../src/index.ts';
import {
  accountId,
  addAsset,
  brokenInvariants,
  openAccount,
  openScene,
  type Scene,
  submission,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ credits: 30 });
});
afterEach(async () => {
  expect(await brokenInvariants(scene)).toEqual([]);
  await scene.close();
});

const submit = (change: Parameters<typeof submission>[0] = {}) =>
  submitJob(scene.database, scene.ids, submission(change));

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isPressroomError(error) ? error.code : `unclassified: ${String(error)}`;
  }
}

async function counts(): Promise<Record<string, unknown> | undefined> {
  const [row] =
    await scene.sql(`select (select count(*)::int from jobs) as jobs, (select count(*)::int from steps) as steps,
    (select count(*)::int from job_events) as events, (select count(*)::int from idempotency_keys) as keys,
    (select count(*)::int from credit_entries where kind <> 'grant') as entries, (select sum(balance)::int from accounts) as balance`);
  return row;
}
const nothing = { jobs: 0, steps: 0, events: 0, keys: 0, entries: 0, balance: 30 };

test('writes job, steps, hold, first event and key together', async () => {
  const { jobId, replayed } = await submit({ idempotencyKey: 'k', metadata: { a: 'b' }, requestId: 'req_1' });
  expect(replayed).toBe(false);
  expect(await counts()).toEqual({ jobs: 1, steps: 5, events: 1, keys: 1, entries: 1, balance: 27 });
  expect(await findJob(scene.database.executor, accountId, jobId)).toMatchObject({
    status: 'queued',
    price: 3,
    metadata: { a: 'b' },
    requestId: 'req_1',
    captured: null,
  });
  const rows = await listSteps(scene.database.executor, [jobId]);
  expect(rows.map((row) => row.key)).toEqual(['ingest-0', 'generate-0', 'ingest-1', 'generate-1', 'book']);
  const keyOf = new Map(rows.map((row) => [row.id, row.key]));
  expect(rows.map((row) => keyOf.get(row.parentId ?? ''))).toEqual([
    'generate-0',
    'book',
    'generate-1',
    'book',
    undefined,
  ]);
  const events = await listJobEvents(scene.database.executor, jobId, 0, 10);
  expect(events).toMatchObject([{ sequence: 1, type: 'job.queued', data: { price: 3 } }]);
});

test('of fifty submissions at once, an account with the credits for ten gets exactly ten', async () => {
  const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(submit())));
  expect(codes.filter((code) => code === 'none')).toHaveLength(10);
  expect(codes.filter((code) => code === 'insufficient-credits')).toHaveLength(40);
  expect(await counts()).toEqual({ jobs: 10, steps: 50, events: 10, keys: 0, entries: 10, balance: 0 });
});

describe('leaves nothing at all', () => {
  test('when an asset does not exist', async () => {
    expect(await codeOf(submit({ assetIds: ['asset_0', 'asset_none'], idempotencyKey: 'k' }))).toBe(
      'invalid-request',
    );
    expect(await counts()).toEqual(nothing);
  });

  test("when an asset is another account's", async () => {
    await openAccount(scene, 'acct_other', 0);
    await addAsset(scene, 'asset_foreign', 'acct_other');
    await expect(submit({ assetIds: ['asset_foreign'] })).rejects.toMatchObject({
      code: 'invalid-request',
      facts: { errors: [{ index: 0, message: 'There is no such asset in this account' }] },
    });
    expect(await counts()).toEqual(nothing);
  });

  test('when an asset is of the wrong sort', async () => {
    await addAsset(scene, 'asset_pdf', accountId, 'application/pdf');
    await expect(submit({ assetIds: ['asset_0', 'asset_pdf'] })).rejects.toMatchObject({
      code: 'invalid-request',
      facts: { errors: [{ index: 1, assetId: 'asset_pdf' }] },
    });
    expect(await counts()).toEqual(nothing);
  });

  test('when the account has one credit too few', async () => {
    await openAccount(scene, 'acct_poor', 2);
    await addAsset(scene, 'asset_poor', 'acct_poor');
    const before = await counts();
    const wanted = { accountId: 'acct_poor', assetIds: ['asset_poor', 'asset_poor'], idempotencyKey: 'k' };
    expect(await codeOf(submit(wanted))).toBe('insufficient-credits');
    expect(await counts()).toEqual(before);
    // The refused request did not use its key up.
    await scene.sql(`select increment_user_credits('acct_poor', 'grant', 1, null, 'more')`);
    expect(await submit(wanted)).toMatchObject({ replayed: false });
  });

  test('when the database refuses the last of its parts', async () => {
    await scene.sql(`alter table credit_entries add constraint no_holds check (kind <> 'hold') not valid`);
    await expect(submit({ idempotencyKey: 'k' })).rejects.toThrow();
    expect(await counts()).toEqual(nothing);
  });
});

describe('an Idempotency-Key', () => {
  test('gives the first job again for the same request, however its fields are ordered', async () => {
    const first = await submit({ idempotencyKey: 'k', metadata: { a: '1', b: '2' } });
    const again = await submit({ idempotencyKey: 'k', metadata: { b: '2', a: '1' } });
    expect(again).toEqual({ jobId: first.jobId, replayed: true });
    expect(await counts()).toMatchObject({ jobs: 1, entries: 1, balance: 27 });
  });

  test('gives it again also when the account could not pay a second one, and after it has settled', async () => {
    const first = await submit({ idempotencyKey: 'k' });
    for (const photos of [9, 9, 5]) await submit({ photos });
    await cancelJob(scene.database, accountId, first.jobId);
    await submit({ photos: 2 });
    expect(await codeOf(submit())).toBe('insufficient-credits');
    expect(await submit({ idempotencyKey: 'k' })).toEqual({ jobId: first.jobId, replayed: true });
  });

  test.each([
    { photos: 3 },
    { priority: 1 },
    { onItemFailure: 'skip' as const },
    { delayUntil: new Date('2027-01-01') },
    { metadata: { a: 'b' } },
  ])('is refused with another request: %j', async (change) => {
    await submit({ idempotencyKey: 'k' });
    expect(await codeOf(submit({ ...change, idempotencyKey: 'k' }))).toBe('idempotency-key-reused');
    expect(await counts()).toMatchObject({ jobs: 1, balance: 27 });
  });

  test('belongs to its account', async () => {
    await openAccount(scene, 'acct_other', 10);
    await addAsset(scene, 'asset_foreign', 'acct_other');
    const mine = await submit({ idempotencyKey: 'k' });
    const other = await submit({ accountId: 'acct_other', assetIds: ['asset_foreign'], idempotencyKey: 'k' });
    expect(other.replayed).toBe(false);
    expect(other.jobId).not.toBe(mine.jobId);
  });

  test('makes one job of thirty requests at the same moment', async () => {
    const receipts = await Promise.all(Array.from({ length: 30 }, () => submit({ idempotencyKey: 'k' })));
    expect(new Set(receipts.map((receipt) => receipt.jobId)).size).toBe(1);
    expect(receipts.filter((receipt) => !receipt.replayed)).toHaveLength(1);
    expect(await counts()).toMatchObject({ jobs: 1, entries: 1, balance: 27 });
  });

  test('lets one of two different requests at the same moment win', async () => {
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        codeOf(submit({ idempotencyKey: 'k', photos: 1 + (index % 2) })),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(10);
    expect(codes.filter((code) => code === 'idempotency-key-reused')).toHaveLength(10);
    expect(await counts()).toMatchObject({ jobs: 1 });
  });
});

test('fifty submissions at once on credit for ten: ten are accepted, and nobody goes below zero (invariant 3)', async () => {
  const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(submit())));
  expect(codes.filter((code) => code === 'none')).toHaveLength(10);
  expect(codes.filter((code) => code === 'insufficient-credits')).toHaveLength(40);
  expect((await findAccount(scene.database.executor, accountId))?.balance).toBe(0);
  expect(await counts()).toMatchObject({ jobs: 10, entries: 10 });
});

test('200 photos fit into one submission', async () => {
  await scene.sql(`select increment_user_credits($1, 'grant', 500, null, 'more')`, [accountId]);
  const { jobId } = await submit({
    assetIds: Array.from({ length: 200 }, (_, index) => `asset_${index % 10}`),
  });
  expect(await listSteps(scene.database.executor, [jobId])).toHaveLength(401);
});
