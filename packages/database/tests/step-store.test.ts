import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewAsset, StepLease, StepPlan } from '@pressroom/domain';
import {
  cancelJob,
  createProviderCallStore,
  findAccount,
  findAsset,
  findJob,
  type JobRow,
  listJobEvents,
  listStageRuns,
} from '../src/index.ts';
import {
  accountId,
  brokenInvariants,
  claimed,
  failure,
  finish,
  openScene,
  type RunningJob,
  runningJob,
  type Scene,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  expect(await brokenInvariants(scene)).toEqual([]);
  await scene.close();
});

const timing = { stage: 'fetch', startedAt: new Date('2026-01-01T00:00:00Z'), durationMs: 5.4 };
const asset = (assetId: string): NewAsset => ({
  assetId,
  role: 'generated',
  storageKey: `k/${assetId}`,
  mediaType: 'image/png',
  bytes: 3_000_000_000,
  sha256: 'a'.repeat(64),
  width: 3,
});

async function jobRow(job: RunningJob): Promise<JobRow> {
  const row = await findJob(scene.database.executor, accountId, job.jobId);
  if (row === undefined) throw new Error('no job');
  return row;
}
const balance = async () => (await findAccount(scene.database.executor, accountId))?.balance;
const eventTypes = async (job: RunningJob) =>
  (await listJobEvents(scene.database.executor, job.jobId, 0, 1_000)).map((event) => event.type);

/** Everything there is, for "nothing was changed". */
async function everything(): Promise<unknown> {
  return await scene.sql(`select (select jsonb_agg(j order by id) from jobs j) as jobs, (select jsonb_agg(s order by id) from steps s) as steps,
    (select jsonb_agg(e order by job_id, sequence) from job_events e) as events, (select jsonb_agg(a order by id) from assets a) as assets,
    (select jsonb_agg(r order by step_id) from stage_runs r) as runs, (select jsonb_agg(c order by id) from credit_entries c) as entries`);
}

async function expectNoWrite(lease: StepLease): Promise<void> {
  const before = await everything();
  const { steps } = scene;
  const writes = [
    await steps.saveStage(lease, { state: 'late', data: {} }, timing),
    await steps.saveProgress(lease, 9, 9),
    await steps.release(lease, { reason: 'retry', error: failure }),
    await steps.release(lease, { reason: 'shutdown' }),
    await steps.succeed(lease, { output: { late: true }, assets: [asset('asset_late')] }),
    await steps.fail(lease, failure),
  ];
  expect(writes).toEqual([false, false, false, false, false, false]);
  expect(await steps.lost([lease])).toEqual([lease]);
  expect(await everything()).toEqual(before);
}

describe('a claim', () => {
  test('gives a step with all its handler needs, and a higher fence each time', async () => {
    const job = await runningJob(scene, { photos: 1 });
    const first = await scene.steps.claim(job.ticket('ingest-0'), 'worker_1');
    expect(first).toMatchObject({
      kind: 'claimed',
      step: {
        accountId,
        fence: 1,
        handler: 'ingest-image',
        input: { assetId: 'asset_0', index: 0 },
        itemIndex: 0,
        attempts: 0,
        children: [],
      },
    });
    // The queue delivers a running step again when it believes its worker dead.
    expect(await scene.steps.claim(job.ticket('ingest-0'), 'worker_2')).toMatchObject({
      step: { fence: 2, attempts: 0 },
    });
    expect(await job.step('ingest-0')).toMatchObject({ claimedBy: 'worker_2', status: 'running' });
  });

  test('gives the children in plan order, with their outputs and fates', async () => {
    const job = await runningJob(scene, { photos: 3, onItemFailure: 'skip' });
    await finish(scene, job, 'ingest-2', 'generate-2', 'ingest-0', 'generate-0');
    await scene.steps.fail(await claimed(scene, job.ticket('ingest-1')), failure);
    expect(await scene.steps.claim(job.ticket('book'), 'w')).toMatchObject({
      step: {
        itemIndex: undefined,
        children: [
          { itemIndex: 0, status: 'succeeded', output: { of: 'generate-0' } },
          { itemIndex: 1, status: 'skipped', output: undefined },
          { itemIndex: 2, status: 'succeeded', output: { of: 'generate-2' } },
        ],
      },
    });
  });

  test.each([0, 2])('with a ticket of generation %i is superseded', async (generation) => {
    const job = await runningJob(scene);
    const before = await everything();
    expect(await scene.steps.claim({ ...job.ticket('ingest-0'), generation }, 'w')).toEqual({
      kind: 'superseded',
    });
    expect(await everything()).toEqual(before);
  });

  test('before its children have settled is refused', async () => {
    const job = await runningJob(scene);
    await finish(scene, job, 'ingest-0');
    await claimed(scene, job.ticket('ingest-1'));
    for (const key of ['generate-1', 'book'])
      expect(await scene.steps.claim(job.ticket(key), 'w')).toMatchObject({ kind: 'children-unsettled' });
  });

  test('of a step or a job that has ended, or never was, has nothing to do', async () => {
    const job = await runningJob(scene);
    await finish(scene, job, 'ingest-0');
    expect(await scene.steps.claim(job.ticket('ingest-0'), 'w')).toEqual({ kind: 'settled' });
    await cancelJob(scene.database, accountId, job.jobId);
    expect(await scene.steps.claim(job.ticket('ingest-1'), 'w')).toEqual({ kind: 'settled' });
    expect(await scene.steps.claim({ stepId: 'none', jobId: 'none', generation: 1 }, 'w')).toEqual({
      kind: 'settled',
    });
  });

  test("with another job's id takes nothing", async () => {
    const [one, two] = [await runningJob(scene), await runningJob(scene)];
    await scene.steps.claim({ ...one.ticket('ingest-0'), jobId: two.jobId }, 'w');
    expect(await one.step('ingest-0')).toMatchObject({ status: 'pending', fence: 0 });
  });

  test('made by twenty workers at once gives twenty different fences, and only the last may write', async () => {
    const job = await runningJob(scene);
    const leases = await Promise.all(
      Array.from({ length: 20 }, () => claimed(scene, job.ticket('ingest-0'))),
    );
    expect(leases.map((lease) => lease.fence).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    const written = await Promise.all(
      leases.map(async (lease) => [lease.fence, await scene.steps.saveProgress(lease, 1, 2)]),
    );
    expect(written.filter(([, took]) => took)).toEqual([[20, true]]);
    expect((await scene.steps.lost(leases)).length).toBe(19);
  });
});

describe('an expansion', () => {
  const more = (key: string, credits = 1): StepPlan => ({
    key,
    handler: 'generate-picture',
    input: { index: 9, style: 'poster' },
    credits,
    children: [],
  });

  async function runningBook(reserve: number): Promise<{ job: RunningJob; lease: StepLease }> {
    const job = await runningJob(scene, { photos: 1 });
    await scene.sql('update steps set reserve = $1 where job_id = $2 and parent_id is null', [
      reserve,
      job.jobId,
    ]);
    await finish(scene, job, 'ingest-0', 'generate-0');
    return { job, lease: await claimed(scene, job.ticket('book')) };
  }

  test('hands the step back with the new ones below it, paid from its reserve, and names what the queue has to be given', async () => {
    const { job, lease } = await runningBook(5);
    const added = await scene.steps.expand(lease, [more('more-0', 2), more('more-1')]);
    expect(added).toMatchObject([
      { key: 'more-0', worker: 'generate', parentId: lease.stepId },
      { key: 'more-1' },
    ]);
    expect(await job.step('book')).toMatchObject({
      status: 'pending',
      reserve: 2,
      claimedBy: null,
      attempts: 0,
    });
    expect(await job.step('more-0')).toMatchObject({ status: 'pending', credits: 2, generation: 1 });
    expect(await scene.steps.claim(job.ticket('book'), 'w')).toEqual({
      kind: 'children-unsettled',
      unsettled: added,
    });
  });

  test('by a lease whose flow was rebuilt since writes nothing: the newer run asks for itself', async () => {
    const { job, lease } = await runningBook(5);
    await scene.sql('update steps set generation = 2 where id = $1', [lease.stepId]);
    expect(await scene.steps.expand(lease, [more('more-0')])).toBeUndefined();
    expect(await job.step('book')).toMatchObject({ status: 'running', reserve: 5 });
  });

  test('that costs more than the reserve writes nothing', async () => {
    const { job, lease } = await runningBook(1);
    await expect(scene.steps.expand(lease, [more('more-0'), more('more-1')])).rejects.toMatchObject({
      code: 'internal',
    });
    expect(await job.step('book')).toMatchObject({ status: 'running', reserve: 1 });
  });
});

describe('nothing is written by a lease (invariant 5)', () => {
  test.each<[string, (job: RunningJob, lease: StepLease) => Promise<unknown>]>([
    ['that another worker took over', (job) => claimed(scene, job.ticket('ingest-0'))],
    ['that was handed back', (_, lease) => scene.steps.release(lease, { reason: 'shutdown' })],
    ['whose step succeeded', (_, lease) => scene.steps.succeed(lease, { output: {}, assets: [] })],
    ['whose step failed', (_, lease) => scene.steps.fail(lease, failure)],
    ['whose step was given up', (job) => scene.steps.abandon(job.ticket('ingest-0'), failure)],
    ['whose job was cancelled', (job) => cancelJob(scene.database, accountId, job.jobId)],
  ])('%s', async (_, lose) => {
    const job = await runningJob(scene, { onItemFailure: 'skip' });
    const lease = await claimed(scene, job.ticket('ingest-0'));
    await lose(job, lease);
    await expectNoWrite(lease);
  });

  test('of a fence that was never given', async () => {
    const job = await runningJob(scene);
    const lease = await claimed(scene, job.ticket('ingest-0'));
    await expectNoWrite({ ...lease, fence: 0 });
    await expectNoWrite({ ...lease, fence: 2 });
  });
});

describe('a running step', () => {
  test('keeps its stage over a hand-back, and the timing of every run', async () => {
    const job = await runningJob(scene);
    const first = await claimed(scene, job.ticket('ingest-0'));
    await scene.steps.saveStage(first, { state: 'fetched', data: { at: [1, 2] } }, timing);
    await scene.steps.release(first, { reason: 'shutdown' });
    const again = await scene.steps.claim(job.ticket('ingest-0'), 'w');
    expect(again).toMatchObject({ step: { stage: { state: 'fetched', data: { at: [1, 2] } } } });
    const second = { ...first, fence: 2 };
    await scene.steps.saveStage(second, { state: 'fetched', data: {} }, { ...timing, errorCode: 'internal' });
    expect(await listStageRuns(scene.database.executor, job.jobId)).toMatchObject([
      { fence: 1, stage: 'fetch', durationMs: 5, errorCode: null },
      { fence: 2, stage: 'fetch', errorCode: 'internal' },
    ]);
  });

  test.each([
    ['shutdown', 0],
    ['throttled', 0],
    ['retry', 1],
  ] as const)('released for %s spends %i attempts', async (reason, spent) => {
    const job = await runningJob(scene);
    const lease = await claimed(scene, job.ticket('ingest-0'));
    expect(await scene.steps.release(lease, { reason, error: failure })).toBe(true);
    expect(await job.step('ingest-0')).toMatchObject({
      status: 'pending',
      attempts: spent,
      claimedBy: null,
      error: failure,
    });
    expect(await eventTypes(job)).toContain('step.released');
    expect(await scene.steps.claim(job.ticket('ingest-0'), 'w')).toMatchObject({
      step: { attempts: spent, fence: 2 },
    });
  });

  test('writes what it made together with its success', async () => {
    const job = await runningJob(scene);
    const lease = await claimed(scene, job.ticket('ingest-0'));
    const assets = [asset('asset_made'), { ...asset('asset_thumb'), role: 'thumbnail' as const }];
    expect(await scene.steps.succeed(lease, { output: { done: 1 }, assets })).toBe(true);
    expect(await job.step('ingest-0')).toMatchObject({
      status: 'succeeded',
      output: { done: 1 },
      claimedBy: null,
    });
    expect(await findAsset(scene.database.executor, accountId, 'asset_made')).toMatchObject({
      bytes: 3_000_000_000,
      stepId: lease.stepId,
      width: 3,
      height: null,
    });
  });

  test('has not succeeded when one of its assets cannot be written', async () => {
    const job = await runningJob(scene);
    const lease = await claimed(scene, job.ticket('ingest-0'));
    const before = await everything();
    for (const bad of [{ ...asset('asset_b'), sha256: 'short' }, asset('asset_0')]) {
      const assets = [asset('asset_a'), bad];
      await expect(scene.steps.succeed(lease, { output: {}, assets })).rejects.toThrow();
      expect(await everything()).toEqual(before);
    }
    expect(await scene.steps.succeed(lease, { output: {}, assets: [asset('asset_a')] })).toBe(true);
  });

  test('can end whatever letters it found in a file', async () => {
    const job = await runningJob(scene, { onItemFailure: 'skip' });
    const text = 'a\u0000b\ud800';
    const first = await claimed(scene, job.ticket('ingest-0'));
    await scene.steps.saveStage(first, { state: 's', data: { text } }, timing);
    expect(await scene.steps.succeed(first, { output: { text, list: [text] }, assets: [] })).toBe(true);
    expect((await job.step('ingest-0')).output).toEqual({ text: 'a\uFFFDb\uFFFD', list: ['a\uFFFDb\uFFFD'] });
    const second = await claimed(scene, job.ticket('ingest-1'));
    expect(await scene.steps.fail(second, { code: 'image-corrupt', message: text, facts: { text } })).toBe(
      true,
    );
  });
});

describe('a job', () => {
  test('is settled by the success of its root: what was delivered is captured', async () => {
    const job = await runningJob(scene, { photos: 2 });
    await finish(scene, job, 'ingest-0', 'generate-0', 'ingest-1', 'generate-1');
    expect((await jobRow(job)).settledAt).toBeNull();
    await finish(scene, job, 'book');
    expect(await jobRow(job)).toMatchObject({
      status: 'succeeded',
      captured: 3,
      refunded: 0,
      output: { of: 'book' },
    });
    expect(await balance()).toBe(997);
    expect((await eventTypes(job)).slice(-2)).toEqual(['step.succeeded', 'job.succeeded']);
  });

  test('gives back what a step that had nothing to do would have cost, although it was delivered', async () => {
    const job = await runningJob(scene, { photos: 2 });
    await finish(scene, job, 'ingest-0', 'generate-0', 'ingest-1');
    const lease = await claimed(scene, job.ticket('generate-1'));
    expect(await scene.steps.succeed(lease, { output: { of: 'generate-1' }, assets: [], free: true })).toBe(
      true,
    );
    await finish(scene, job, 'book');
    expect(await jobRow(job)).toMatchObject({ status: 'succeeded', captured: 2, refunded: 1 });
    expect(await balance()).toBe(998);
  });

  test('under fail ends with the first failure and gets everything back', async () => {
    const job = await runningJob(scene, { photos: 2 });
    await finish(scene, job, 'ingest-0', 'generate-0');
    const other = await claimed(scene, job.ticket('ingest-1'));
    expect(await scene.steps.fail(other, failure)).toBe(true);
    expect(await jobRow(job)).toMatchObject({ status: 'failed', captured: 0, refunded: 3, error: failure });
    expect(await job.step('ingest-1')).toMatchObject({ status: 'failed', attempts: 1, error: failure });
    expect(await job.step('generate-1')).toMatchObject({ status: 'cancelled' });
    expect(await balance()).toBe(1_000);
  });

  test('under skip leaves the item out and gives its credit back', async () => {
    const job = await runningJob(scene, { photos: 3, onItemFailure: 'skip' });
    await finish(scene, job, 'ingest-0', 'generate-0', 'ingest-1', 'ingest-2', 'generate-2');
    await scene.steps.fail(await claimed(scene, job.ticket('generate-1')), failure);
    expect((await jobRow(job)).status).toBe('running');
    await finish(scene, job, 'book');
    expect(await jobRow(job)).toMatchObject({ status: 'succeeded', captured: 3, refunded: 1 });
    expect(await eventTypes(job)).not.toContain('step.skipped');
  });

  test('under skip with no item left still runs its root, and gets everything back when that fails', async () => {
    const job = await runningJob(scene, { photos: 3, onItemFailure: 'skip' });
    await Promise.all(
      [0, 1, 2].map(async (index) => {
        const lease = await claimed(scene, job.ticket(`ingest-${index}`));
        expect(await scene.steps.fail(lease, failure)).toBe(true);
      }),
    );
    expect((await eventTypes(job)).filter((type) => type === 'step.skipped')).toHaveLength(3);
    const root = await claimed(scene, job.ticket('book'));
    expect(await scene.steps.fail(root, { code: 'nothing-to-print', message: 'none' })).toBe(true);
    expect(await jobRow(job)).toMatchObject({
      status: 'failed',
      captured: 0,
      refunded: 4,
      error: { code: 'nothing-to-print' },
    });
  });

  test('goes on without a step that the queue gave up, once', async () => {
    const job = await runningJob(scene, { photos: 2, onItemFailure: 'skip' });
    expect(await scene.steps.abandon({ ...job.ticket('ingest-0'), generation: 0 }, failure)).toBe(false);
    expect(await scene.steps.abandon(job.ticket('ingest-0'), failure)).toBe(true);
    expect(await scene.steps.abandon(job.ticket('ingest-0'), failure)).toBe(false);
    expect(await job.step('generate-0')).toMatchObject({ status: 'skipped' });
    await finish(scene, job, 'ingest-1', 'generate-1', 'book');
    expect(await jobRow(job)).toMatchObject({ status: 'succeeded', captured: 2, refunded: 1 });
  });

  test('is cancelled once, also when asked twice, and not after it has ended', async () => {
    const job = await runningJob(scene);
    await cancelJob(scene.database, accountId, job.jobId);
    await cancelJob(scene.database, accountId, job.jobId);
    expect(await jobRow(job)).toMatchObject({ status: 'cancelled', captured: 0, refunded: 3 });
    expect(await balance()).toBe(1_000);
    const failing = await runningJob(scene);
    await scene.steps.abandon(failing.ticket('book'), failure);
    await expect(cancelJob(scene.database, accountId, failing.jobId)).rejects.toMatchObject({
      code: 'job-not-cancellable',
    });
    await expect(cancelJob(scene.database, 'acct_other', job.jobId)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

test('lost names exactly the leases that are lost', async () => {
  const job = await runningJob(scene);
  const held = await claimed(scene, job.ticket('ingest-0'));
  const old = await claimed(scene, job.ticket('ingest-1'));
  await claimed(scene, job.ticket('ingest-1'));
  const gone = { stepId: 'none', jobId: 'none', fence: 1 };
  expect(await scene.steps.lost([held, old, gone])).toEqual([old, gone]);
  expect(await scene.steps.lost([])).toEqual([]);
});

describe('a step behind an open breaker', () => {
  const waitsFor = (provider: string, seconds: number) =>
    ({
      reason: 'throttled',
      error: {
        code: 'provider-circuit-open',
        message: 'Left alone',
        facts: { provider, model: 'm', retryAt: '2026-01-01T00:01:00.000Z' },
      },
      delayMs: seconds * 1_000,
    }) as const;
  const generating = async () => {
    const job = await runningJob(scene, { photos: 1 });
    await finish(scene, job, 'ingest-0');
    return { job, ticket: job.ticket('generate-0') };
  };
  const call = (job: RunningJob, stepId: string) =>
    createProviderCallStore(scene.database).begin(
      {
        caller: { accountId, jobId: job.jobId, stepId },
        provider: 'gemini',
        model: 'm',
        resultKey: stepId,
        estimatedTokens: 0,
      },
      { leaseMs: 1_000 },
    );
  const told = async (job: RunningJob) =>
    (await listJobEvents(scene.database.executor, job.jobId, 0, 1_000))
      .filter(({ data, type }) => data['step'] === 'generate-0' && type !== 'step.succeeded')
      .map(({ type }) => type);

  test('says once that it waits and once that it goes on, however often it looks', async () => {
    const { job, ticket } = await generating();
    for (let look = 1; look <= 4; look += 1) {
      await scene.steps.release(await claimed(scene, ticket), waitsFor('gemini', 60));
    }
    expect(await told(job)).toEqual(['step.started', 'step.waiting']);
    const waiting = (await listJobEvents(scene.database.executor, job.jobId, 0, 1_000)).at(-1);
    expect(waiting?.data).toMatchObject({
      provider: 'gemini',
      error: { code: 'provider-circuit-open', facts: { retryAt: '2026-01-01T00:01:00.000Z' } },
    });
    const lease = await claimed(scene, ticket);
    expect(await call(job, ticket.stepId)).toMatchObject({ kind: 'granted' });
    expect(await call(job, ticket.stepId)).toMatchObject({ kind: 'granted' });
    expect(await told(job)).toEqual(['step.started', 'step.waiting', 'step.resumed']);
    await scene.steps.succeed(lease, { output: {}, assets: [] });
    await finish(scene, job, 'book');
    expect(await told(job)).toEqual(['step.started', 'step.waiting', 'step.resumed']);
  });

  test('says it again when the breaker opens again after it went on', async () => {
    const { job, ticket } = await generating();
    await scene.steps.release(await claimed(scene, ticket), waitsFor('gemini', 60));
    const lease = await claimed(scene, ticket);
    await call(job, ticket.stepId);
    const down = { code: 'provider-unavailable', message: 'Down' } as const;
    await scene.steps.release(lease, { reason: 'retry', error: down, delayMs: 5 });
    await scene.steps.release(await claimed(scene, ticket), waitsFor('gemini', 60));
    expect(await told(job)).toEqual([
      'step.started',
      'step.waiting',
      'step.resumed',
      'step.released',
      'step.started',
      'step.waiting',
    ]);
  });

  test('tells of a process that was lost while it looked, and still says once that it goes on', async () => {
    const { job, ticket } = await generating();
    await scene.steps.release(await claimed(scene, ticket), waitsFor('gemini', 60));
    expect(await scene.steps.claim(ticket, 'worker-a')).toMatchObject({ kind: 'claimed' });
    const second = await scene.steps.claim(ticket, 'worker-b');
    expect(second).toMatchObject({ kind: 'claimed', step: { losses: 1 } });
    expect(await told(job)).toEqual(['step.started', 'step.waiting', 'step.lost']);
    expect(await call(job, ticket.stepId)).toMatchObject({ kind: 'granted' });
    const events = await listJobEvents(scene.database.executor, job.jobId, 0, 1_000);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(await told(job)).toEqual(['step.started', 'step.waiting', 'step.lost', 'step.resumed']);
  });

  test('keeps what went wrong before, in however many waits', async () => {
    const { job, ticket } = await generating();
    const down = { code: 'provider-unavailable', message: 'Down' } as const;
    await scene.steps.release(await claimed(scene, ticket), { reason: 'retry', error: down, delayMs: 5 });
    for (let look = 1; look <= 60; look += 1) {
      await scene.steps.release(await claimed(scene, ticket), waitsFor('gemini', 60));
    }
    const [row] = await scene.sql<{ failures: { kind: string; times?: number; at: string }[] }>(
      `select failures from steps where id = $1`,
      [ticket.stepId],
    );
    expect(row?.failures).toMatchObject([
      { kind: 'retried', code: 'provider-unavailable', attempt: 1 },
      { kind: 'throttled', code: 'provider-circuit-open', attempt: 2, times: 60, at: expect.any(String) },
    ]);
    expect(await call(job, ticket.stepId)).toMatchObject({ kind: 'granted' });
  });
});
