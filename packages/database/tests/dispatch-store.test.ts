import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Dispatch } from '@pressroom/domain';
import { cancelJob, findJob, listJobEvents, submitJob } from '../src/index.ts';
import {
  accountId,
  addAsset,
  brokenInvariants,
  claimed,
  finish,
  limits,
  openAccount,
  openScene,
  runningJob,
  type Scene,
  submission,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  expect(await brokenInvariants(scene)).toEqual([]);
  await scene.close();
});

const submit = async (change: Parameters<typeof submission>[0] = {}) =>
  (await submitJob(scene.database, scene.ids, submission({ photos: 1, ...change }))).jobId;
const idsOf = (dispatches: readonly Dispatch[]) => dispatches.map((dispatch) => dispatch.jobId);
const row = async (jobId: string) => await findJob(scene.database.executor, accountId, jobId);
/** As if the dispatcher had died that long ago. */
const overdue = (jobId: string) =>
  scene.sql(
    `update jobs set enqueue_lease_until = now() - interval '1 second', enqueued_at = null where id = $1`,
    [jobId],
  );

describe('a claim', () => {
  test('admits by priority, then by age, and gives the jobs in that order', async () => {
    const jobs: string[] = [];
    for (const priority of [0, 5, -3, 5, 0, 100]) jobs.push(await submit({ priority }));
    const order = [5, 1, 3, 0, 4, 2].map((index) => jobs[index]);
    expect(idsOf(await scene.dispatch.claim({ ...limits, batch: 4 }))).toEqual(order.slice(0, 4));
    expect(idsOf(await scene.dispatch.claim({ ...limits, batch: 4 }))).toEqual(order.slice(4));
    expect(await scene.dispatch.claim(limits)).toEqual([]);
  });

  test('gives everything a flow needs: unfinished steps, children before parents', async () => {
    const jobId = await submit({ photos: 2, priority: 7 });
    const [dispatch] = await scene.dispatch.claim(limits);
    expect(dispatch).toMatchObject({ jobId, accountId, generation: 1, priority: 7 });
    expect(dispatch?.createdAt).toEqual((await row(jobId))?.createdAt);
    expect(dispatch?.steps.map((step) => [step.key, step.worker])).toEqual([
      ['ingest-0', 'ingest'],
      ['generate-0', 'generate'],
      ['ingest-1', 'ingest'],
      ['generate-1', 'generate'],
      ['book', 'pdf'],
    ]);
    expect(await row(jobId)).toMatchObject({ status: 'running', generation: 1, enqueuedAt: null });
  });

  test('leaves jobs that are to wait, until their time has come', async () => {
    const jobId = await submit({ delayUntil: new Date('2999-01-01'), priority: 50 });
    const other = await submit();
    expect(idsOf(await scene.dispatch.claim(limits))).toEqual([other]);
    await scene.sql(`update jobs set delay_until = now() where id = $1`, [jobId]);
    expect(idsOf(await scene.dispatch.claim(limits))).toEqual([jobId]);
  });

  test('fills the window and no more, and goes on when a job settles', async () => {
    const jobs = [await submit(), await submit(), await submit(), await submit()];
    const narrow = { ...limits, windowFlows: 2 };
    expect(idsOf(await scene.dispatch.claim(narrow))).toEqual(jobs.slice(0, 2));
    expect(await scene.dispatch.claim(narrow)).toEqual([]);
    expect(await scene.dispatch.claim({ ...limits, windowFlows: 1 })).toEqual([]);
    await cancelJob(scene.database, accountId, jobs[0] ?? '');
    expect(idsOf(await scene.dispatch.claim(narrow))).toEqual([jobs[2]]);
  });

  test('holds at most a batch, rebuilt and new jobs together', async () => {
    const jobs = [await submit(), await submit(), await submit()];
    await scene.dispatch.claim({ ...limits, batch: 2 });
    for (const jobId of jobs.slice(0, 2)) await overdue(jobId);
    await submit();
    expect(idsOf(await scene.dispatch.claim({ ...limits, batch: 2 }))).toEqual(jobs.slice(0, 2));
    expect(await scene.dispatch.claim({ ...limits, batch: 2 })).toHaveLength(2);
  });

  test('leaves cancelled jobs', async () => {
    await cancelJob(scene.database, accountId, await submit());
    expect(await scene.dispatch.claim(limits)).toEqual([]);
  });
});

describe('dispatchers that claim at the same moment', () => {
  test('never get the same job, and together get all', async () => {
    const jobs: string[] = [];
    for (let index = 0; index < 30; index += 1) jobs.push(await submit());
    const got = await Promise.all(
      Array.from({ length: 12 }, () => scene.dispatch.claim({ ...limits, batch: 4 })),
    );
    expect(got.flatMap(idsOf).sort()).toEqual([...jobs].sort());
  });

  test('do not fill the window twice', async () => {
    for (let index = 0; index < 30; index += 1) await submit();
    const narrow = { ...limits, windowFlows: 7 };
    const got = await Promise.all(Array.from({ length: 10 }, () => scene.dispatch.claim(narrow)));
    expect(got.flat()).toHaveLength(7);
  });

  test('share overdue jobs out too', async () => {
    const jobs: string[] = [];
    for (let index = 0; index < 10; index += 1) jobs.push(await submit());
    await scene.dispatch.claim(limits);
    await Promise.all(jobs.map(overdue));
    const got = await Promise.all(
      Array.from({ length: 8 }, () => scene.dispatch.claim({ ...limits, batch: 3 })),
    );
    expect(got.flatMap(idsOf).sort()).toEqual([...jobs].sort());
    expect(got.flat().every((dispatch) => dispatch.generation === 2)).toBe(true);
  });

  test('pass over a job that someone is cancelling', async () => {
    const [held, free] = [await submit(), await submit()];
    await scene.database.transaction(async (tx) => {
      await tx.execute(`select 1 from jobs where id = '${held}' for update`);
      expect(idsOf(await scene.dispatch.claim(limits))).toEqual([free]);
    });
    expect(idsOf(await scene.dispatch.claim(limits))).toEqual([held]);
  });
});

describe('a dispatcher of a build from before fair queueing', () => {
  interface OldClaim {
    readonly id: string;
    readonly generation: number;
    readonly steps: readonly { readonly stepId: string; readonly key: string }[];
  }
  /** The statement of that build, word for word. */
  const oldClaim = (windowFlows: number, batch = 20) =>
    scene.sql<OldClaim>('select * from claim_dispatches($1, $2, $3, $4, $5, $6, $7)', [
      7_373_002,
      batch,
      windowFlows,
      60_000,
      ['queued'],
      'running',
      ['pending', 'running'],
    ]);

  test('goes on beside a newer one: in the same order, within the same windows, and its jobs can be finished', async () => {
    await openAccount(scene, 'acct_other', 50);
    await addAsset(scene, 'asset_other', 'acct_other');
    const own: string[] = [];
    for (let index = 0; index < 5; index += 1) own.push(await submit());
    const other = await submit({ accountId: 'acct_other', assetIds: ['asset_other'] });
    const narrow = { ...limits, windowFlows: 4, accountWindowFlows: 2, batch: 1 };
    const [first] = await scene.dispatch.claim(narrow);
    expect(first?.jobId).toBe(own[0]);
    const old = await oldClaim(4);
    // The other account comes before the second job of this one, whose window is what the newer build said.
    expect(new Set(old.map(({ id }) => id))).toEqual(new Set([other, own[1]]));
    expect(old).toHaveLength(2);
    expect(await scene.dispatch.claim(narrow)).toEqual([]);
    const [mine] = old.filter(({ id }) => id === own[1]);
    expect(mine?.steps.map(({ key }) => key)).toEqual(['ingest-0', 'generate-0', 'book']);
    for (const { stepId } of mine?.steps ?? []) {
      const lease = await claimed(scene, { stepId, jobId: own[1] ?? '', generation: mine?.generation ?? 0 });
      expect(await scene.steps.succeed(lease, { output: {}, assets: [] })).toBe(true);
    }
    expect(await row(own[1] ?? '')).toMatchObject({ status: 'succeeded' });
    expect((await oldClaim(4)).map(({ id }) => id)).toEqual([own[2]]);
  });

  test('claims alone too, and takes over what another one has not confirmed', async () => {
    const jobId = await submit();
    expect((await oldClaim(4)).map(({ id, generation }) => [id, generation])).toEqual([[jobId, 1]]);
    await overdue(jobId);
    expect((await oldClaim(4)).map(({ id, generation }) => [id, generation])).toEqual([[jobId, 2]]);
    expect(await oldClaim(4)).toEqual([]);
  });
});

describe('a dispatcher that died between claim and confirmation', () => {
  test('has its job rebuilt with what is unfinished, under a higher generation', async () => {
    const job = await runningJob(scene, { photos: 2 });
    await finish(scene, job, 'ingest-0');
    const lease = await claimed(scene, job.ticket('ingest-1'));
    await overdue(job.jobId);
    const [again] = await scene.dispatch.claim(limits);
    expect(again).toMatchObject({ jobId: job.jobId, generation: 2 });
    expect(again?.steps.map((step) => step.key)).toEqual(['generate-0', 'ingest-1', 'generate-1', 'book']);
    expect(await scene.steps.claim(job.ticket('ingest-1'), 'w')).toEqual({ kind: 'superseded' });
    // Who holds a step goes on with it until the new flow's delivery takes it over.
    expect(await scene.steps.saveProgress(lease, 1, 2)).toBe(true);
    const taken = await scene.steps.claim({ ...job.ticket('ingest-1'), generation: 2 }, 'w');
    expect(taken).toMatchObject({ step: { fence: 2 } });
    expect(await scene.steps.saveProgress(lease, 2, 2)).toBe(false);
    const events = await listJobEvents(scene.database.executor, job.jobId, 0, 100);
    expect(events.filter((event) => event.type === 'job.running')).toHaveLength(1);
  });

  test('cannot confirm or give back what another one has claimed since', async () => {
    const jobId = await submit();
    await scene.dispatch.claim(limits);
    await overdue(jobId);
    await scene.dispatch.claim(limits);
    const before = await row(jobId);
    await scene.dispatch.confirm(jobId, 1);
    await scene.dispatch.giveBack(jobId, 1);
    expect(await row(jobId)).toEqual(before);
    expect(await scene.dispatch.claim(limits)).toEqual([]);
  });

  test('has its job left alone while its lease runs', async () => {
    await submit();
    await scene.dispatch.claim(limits);
    expect(await scene.dispatch.claim(limits)).toEqual([]);
  });
});

test('a flow that the queue refused is offered again at once; one that it took is not', async () => {
  const [refused, taken] = [await submit(), await submit()];
  await scene.dispatch.claim(limits);
  await scene.dispatch.giveBack(refused, 1);
  await scene.dispatch.confirm(taken, 1);
  await scene.dispatch.giveBack(taken, 1);
  const [again, ...rest] = await scene.dispatch.claim(limits);
  expect(again).toMatchObject({ jobId: refused, generation: 2 });
  expect(rest).toEqual([]);
});
