import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StepLease } from '@pressroom/domain';
import {
  cancelJob,
  findAccount,
  findDeadLetter,
  findJob,
  listCreditEntries,
  listDeadLetters,
  listJobEvents,
  listSteps,
  replayDeadLetter,
  retryJob,
  submitJob,
} from '../src/index.ts';
import {
  accountId,
  addAsset,
  brokenInvariants,
  claimed,
  failure,
  finish,
  limits,
  openAccount,
  openScene,
  type RunningJob,
  runningJob,
  type Scene,
  submission,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ credits: 100 });
});
afterEach(async () => {
  expect(await brokenInvariants(scene)).toEqual([]);
  await scene.close();
});

const retry = (jobId: string, idempotencyKey?: string) =>
  retryJob(scene.database, { accountId, jobId, idempotencyKey });
const jobRow = async (jobId: string) => {
  const row = await findJob(scene.database.executor, accountId, jobId);
  if (row === undefined) throw new Error(`no job ${jobId}`);
  return row;
};
const balance = async () => (await findAccount(scene.database.executor, accountId))?.balance;
const statuses = async (jobId: string) =>
  Object.fromEntries((await listSteps(scene.database.executor, [jobId])).map((row) => [row.key, row.status]));
const letters = () => listDeadLetters(scene.database.executor, { limit: 100 });

/** Puts the job's flow into the queue again, as a dispatcher does; its tickets are of the new generation then. */
async function redispatched(job: RunningJob): Promise<RunningJob> {
  const taken = (await scene.dispatch.claim(limits)).find((dispatch) => dispatch.jobId === job.jobId);
  if (taken === undefined) throw new Error('The dispatcher has not taken the job');
  await scene.dispatch.confirm(job.jobId, taken.generation);
  return { ...job, ticket: (key) => ({ ...job.ticket(key), generation: taken.generation }) };
}

async function failedJob(): Promise<RunningJob> {
  const job = await runningJob(scene, { photos: 2 });
  await finish(scene, job, 'ingest-0', 'generate-0');
  await scene.steps.fail(await claimed(scene, job.ticket('ingest-1')), failure);
  return job;
}

/** A book of three photos that was delivered without the second one. */
async function partialBook(): Promise<RunningJob> {
  const job = await runningJob(scene, { photos: 3, onItemFailure: 'skip' });
  await finish(scene, job, 'ingest-0', 'generate-0', 'ingest-2', 'generate-2');
  await scene.steps.fail(await claimed(scene, job.ticket('ingest-1')), failure);
  await finish(scene, job, 'book');
  return job;
}

describe('a retry', () => {
  test('runs what failed and what was cancelled because of it, under a new generation and a hold of its own', async () => {
    const job = await failedJob();
    expect(await balance()).toBe(100);
    await retry(job.jobId);
    expect(await jobRow(job.jobId)).toMatchObject({
      status: 'queued',
      round: 2,
      captured: null,
      refunded: null,
      error: null,
      settledAt: null,
    });
    expect(await balance()).toBe(97);
    expect(await statuses(job.jobId)).toEqual({
      'ingest-0': 'succeeded',
      'generate-0': 'succeeded',
      'ingest-1': 'pending',
      'generate-1': 'pending',
      book: 'pending',
    });
    // What is left in the queue of the first flow is of no use, before and after the new one is there.
    expect(await scene.steps.claim(job.ticket('ingest-1'), 'w')).toEqual({ kind: 'superseded' });
    const second = await redispatched(job);
    expect(await scene.steps.claim(job.ticket('ingest-1'), 'w')).toEqual({ kind: 'superseded' });
    await finish(scene, second, 'ingest-1', 'generate-1', 'book');
    expect(await jobRow(job.jobId)).toMatchObject({
      status: 'succeeded',
      captured: 3,
      refunded: 0,
      round: 2,
    });
    expect(await balance()).toBe(97);
    const types = (await listJobEvents(scene.database.executor, job.jobId, 0, 1_000)).map(
      (event) => event.type,
    );
    const retried = types.indexOf('job.retried');
    expect(types.slice(retried - 1, retried + 2)).toEqual(['job.failed', 'job.retried', 'job.running']);
    expect(types.at(-1)).toBe('job.succeeded');
  });

  test('of a book that was delivered in part holds, and captures, only what had been given back', async () => {
    const job = await partialBook();
    expect(await jobRow(job.jobId)).toMatchObject({ status: 'succeeded', captured: 3, refunded: 1 });
    const before = await jobRow(job.jobId);
    await retry(job.jobId);
    expect(await balance()).toBe(96);
    // The first book stays readable meanwhile.
    expect((await jobRow(job.jobId)).output).toEqual(before.output);
    expect(await statuses(job.jobId)).toMatchObject({
      'generate-0': 'succeeded',
      'ingest-1': 'pending',
      'generate-1': 'pending',
      book: 'pending',
    });
    await finish(scene, await redispatched(job), 'ingest-1', 'generate-1', 'book');
    expect(await jobRow(job.jobId)).toMatchObject({ status: 'succeeded', captured: 4, refunded: 0 });
    const entries = await listCreditEntries(scene.database.executor, { accountId, limit: 100 });
    const own = entries.filter((entry) => entry.jobId === job.jobId).reverse();
    expect(own.map(({ round, kind, amount }) => [round, kind, amount])).toEqual([
      [1, 'hold', 4],
      [1, 'capture', 3],
      [1, 'refund', 1],
      [2, 'hold', 1],
      [2, 'capture', 1],
      [2, 'refund', 0],
    ]);
  });

  test.each([
    ['cancelled', (job: RunningJob) => cancelJob(scene.database, accountId, job.jobId)],
    [
      'failed',
      async (job: RunningJob) => {
        await finish(scene, job, 'ingest-1', 'generate-1');
        await scene.steps.fail(await claimed(scene, job.ticket('book')), failure);
      },
    ],
  ] as const)(
    'that is %s keeps what was delivered and paid for before, and can be retried again',
    async (status, end) => {
      const job = await partialBook();
      const { output } = await jobRow(job.jobId);
      await retry(job.jobId);
      await end(await redispatched(job));
      expect(await jobRow(job.jobId)).toMatchObject({ status, captured: 3, refunded: 1, round: 2, output });
      expect(await balance()).toBe(97);
      await retry(job.jobId);
      const third = await redispatched(job);
      await finish(scene, third, ...(status === 'failed' ? [] : ['ingest-1', 'generate-1']), 'book');
      expect(await jobRow(job.jobId)).toMatchObject({
        status: 'succeeded',
        captured: 4,
        refunded: 0,
        round: 3,
      });
    },
  );

  test('without the credits for it is refused by name, and changes nothing', async () => {
    const job = await failedJob();
    const other = await runningJob(scene, { photos: 1 });
    await scene.sql(`select increment_user_credits($1, 'hold', 96, $2, 'all the rest', 99)`, [
      accountId,
      other.jobId,
    ]);
    const before = await everything();
    await expect(retry(job.jobId, 'key')).rejects.toMatchObject({
      code: 'insufficient-credits',
      facts: { price: 3 },
    });
    expect(await everything()).toEqual(before);
    await scene.sql(`select increment_user_credits($1, 'refund', 96, $2, 'back', 99)`, [
      accountId,
      other.jobId,
    ]);
    await scene.sql(`alter table credit_entries disable trigger all`);
    await scene.sql(`delete from credit_entries where round = 99`);
    await scene.sql(`alter table credit_entries enable trigger all`);
  });

  test.each(['queued', 'running', 'succeeded'] as const)('of a job that is %s is refused', async (status) => {
    const job = await runningJob(scene, { photos: 1 });
    if (status === 'succeeded') await finish(scene, job, 'ingest-0', 'generate-0', 'book');
    if (status === 'queued') {
      await cancelJob(scene.database, accountId, job.jobId);
      await retry(job.jobId);
    }
    const before = await everything();
    await expect(retry(job.jobId, 'a-key')).rejects.toMatchObject({ code: 'job-not-retryable' });
    expect(await everything()).toEqual(before);
  });

  test('after the deadline is refused by name, and changes nothing; before it, the deadline stays', async () => {
    const job = await failedJob();
    await scene.sql(`update jobs set deadline = now() + interval '1 hour' where id = $1`, [job.jobId]);
    const { deadline } = await jobRow(job.jobId);
    await retry(job.jobId);
    expect((await jobRow(job.jobId)).deadline).toEqual(deadline);
    const second = await redispatched(job);
    await scene.steps.fail(await claimed(scene, second.ticket('ingest-1')), failure);
    await scene.sql(`update jobs set deadline = now() where id = $1`, [job.jobId]);
    const [letter] = await letters();
    const before = await everything();
    await expect(retry(job.jobId, 'a-key')).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await expect(replayDeadLetter(scene.database, letter?.id ?? '')).rejects.toMatchObject({
      code: 'deadline-exceeded',
    });
    expect(await everything()).toEqual(before);
  });

  test('waits for its turn behind the other jobs of its account, and takes no place of the window meanwhile', async () => {
    const job = await failedJob();
    await openAccount(scene, 'acct_other', 50);
    await addAsset(scene, 'asset_other', 'acct_other');
    const submitted = async (change: Parameters<typeof submission>[0]) =>
      (await submitJob(scene.database, scene.ids, submission(change))).jobId;
    const first = await submitted({});
    const second = await submitted({});
    await retry(job.jobId);
    const third = await submitted({});
    const other = await submitted({ accountId: 'acct_other', assetIds: ['asset_other'] });
    const admitted: string[][] = [];
    for (const windowFlows of [1, 2, 3, 4, 5])
      admitted.push((await scene.dispatch.claim({ ...limits, windowFlows })).map(({ jobId }) => jobId));
    // The other account's only job comes before the second one of this account.
    expect(admitted.map((jobs) => jobs.length)).toEqual([1, 1, 1, 1, 1]);
    expect(admitted.flat().filter((id) => id !== other)).toEqual([first, second, job.jobId, third]);
    expect(admitted.flat().indexOf(other)).toBeLessThan(2);
  });

  test("of another account's job, or of none, finds nothing", async () => {
    const job = await failedJob();
    await openAccount(scene, 'acct_other', 50);
    for (const request of [
      { accountId: 'acct_other', jobId: job.jobId },
      { accountId, jobId: 'job_none' },
    ])
      await expect(retryJob(scene.database, { ...request, idempotencyKey: 'k' })).rejects.toMatchObject({
        code: 'not-found',
      });
  });

  test('with the same key twenty times at once happens once; the key is good for nothing else', async () => {
    const job = await failedJob();
    const receipts = await Promise.all(Array.from({ length: 20 }, () => retry(job.jobId, 'once')));
    expect(receipts.filter((receipt) => !receipt.replayed)).toHaveLength(1);
    expect(await balance()).toBe(97);
    expect((await jobRow(job.jobId)).round).toBe(2);
    const other = await failedJob();
    await expect(retry(other.jobId, 'once')).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  test('twenty times at once without a key happens once, and is charged once', async () => {
    const job = await failedJob();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => retry(job.jobId)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(await balance()).toBe(97);
  });

  test('makes a late worker of the round before write nothing', async () => {
    const job = await runningJob(scene, { photos: 2 });
    const late = await claimed(scene, job.ticket('ingest-0'));
    await scene.steps.fail(await claimed(scene, job.ticket('ingest-1')), failure);
    await retry(job.jobId);
    await expectNoWrite(late);
    const second = await redispatched(job);
    await expectNoWrite(late);
    await claimed(scene, second.ticket('ingest-0'));
    await expectNoWrite(late);
  });
});

describe('a dead letter', () => {
  test('keeps input, every failure with its attempt, time and worker, and the last lines of the log', async () => {
    const job = await runningJob(scene, { photos: 1 });
    const ticket = job.ticket('ingest-0');
    const down = { code: 'provider-unavailable', message: 'Down' } as const;
    await scene.steps.release(await claimed(scene, ticket), { reason: 'retry', error: down, delayMs: 50 });
    await scene.steps.release(await claimed(scene, ticket), {
      reason: 'throttled',
      error: { code: 'provider-throttled', message: 'Wait' },
      delayMs: 1_500,
    });
    await scene.steps.release(await claimed(scene, ticket), { reason: 'shutdown' });
    await claimed(scene, ticket);
    const outcome = await scene.steps.claim(ticket, 'worker_2');
    if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
    expect(outcome.step).toMatchObject({ losses: 1, throttledMs: 1_500, attempts: 1 });
    const line = {
      at: '2026-01-01T00:00:00.000Z',
      level: 'warn',
      message: 'almost',
      fields: { a: 1 },
    } as const;
    await scene.steps.fail(outcome.step, failure, [line]);
    const [letter] = await letters();
    expect(letter).toMatchObject({
      jobId: job.jobId,
      stepId: ticket.stepId,
      accountId,
      key: 'ingest-0',
      handler: 'ingest-image',
      worker: 'ingest',
      round: 1,
      generation: 1,
      input: { assetId: 'asset_0', index: 0 },
      error: failure,
      logs: [line],
      replayedAt: null,
    });
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(letter?.failures).toEqual([
      { kind: 'retried', round: 1, attempt: 1, ...down, worker: 'worker_1', at: moment, retryAt: moment },
      {
        kind: 'throttled',
        round: 1,
        attempt: 2,
        code: 'provider-throttled',
        message: 'Wait',
        worker: 'worker_1',
        at: moment,
        retryAt: moment,
      },
      {
        kind: 'lost',
        round: 1,
        attempt: 2,
        code: 'worker-lost',
        message: 'The process that ran the step was lost',
        worker: 'worker_1',
        at: moment,
      },
      { kind: 'gave-up', round: 1, attempt: 2, ...failure, worker: 'worker_2', at: moment },
    ]);
  });

  test('holds the last fifty failures of a step that had hundreds', async () => {
    const job = await runningJob(scene, { photos: 1 });
    for (let turn = 0; turn < 60; turn += 1)
      await scene.steps.release(await claimed(scene, job.ticket('ingest-0')), {
        reason: 'throttled',
        // Two reasons in turn: the same one again would be the same wait.
        error: {
          code: turn % 2 === 0 ? 'provider-throttled' : 'provider-over-budget',
          message: `Wait ${turn}`,
        },
        delayMs: 1,
      });
    const { failures, throttledMs } = await job.step('ingest-0');
    expect(failures).toHaveLength(50);
    expect(failures.at(-1)?.message).toBe('Wait 59');
    expect(throttledMs).toBe(60);
  });

  test('of a job that ended is replayed for what had been refunded', async () => {
    const job = await failedJob();
    const [letter] = await letters();
    expect(await replayDeadLetter(scene.database, letter?.id ?? '')).toEqual({
      jobId: job.jobId,
      steps: 3,
      round: 2,
      held: 3,
    });
    expect(await balance()).toBe(97);
    expect(await findDeadLetter(scene.database.executor, letter?.id ?? '')).toMatchObject({
      replayedBy: 'operator',
      replayedAt: expect.any(Date),
    });
    await finish(scene, await redispatched(job), 'ingest-1', 'generate-1', 'book');
    expect(await jobRow(job.jobId)).toMatchObject({ status: 'succeeded', captured: 3 });
  });

  test('of a job that still runs is replayed for nothing, and the book waits for it', async () => {
    const job = await runningJob(scene, { photos: 2, onItemFailure: 'skip' });
    await scene.steps.fail(await claimed(scene, job.ticket('ingest-1')), failure);
    await finish(scene, job, 'ingest-0', 'generate-0');
    // The book is being set without the photo already.
    const book: StepLease = await claimed(scene, job.ticket('book'));
    const [letter] = await letters();
    await replayDeadLetter(scene.database, letter?.id ?? '');
    expect(await balance()).toBe(97);
    expect(await jobRow(job.jobId)).toMatchObject({ status: 'running', round: 1 });
    await expectNoWrite(book);
    const second = await redispatched(job);
    expect(await scene.steps.claim(second.ticket('book'), 'w')).toMatchObject({ kind: 'children-unsettled' });
    await finish(scene, second, 'ingest-1', 'generate-1', 'book');
    expect(await jobRow(job.jobId)).toMatchObject({ status: 'succeeded', captured: 3, refunded: 0 });
  });

  test('is replayed alone: the other photo that failed stays out of the book', async () => {
    const job = await runningJob(scene, { photos: 3, onItemFailure: 'skip' });
    await finish(scene, job, 'ingest-0', 'generate-0');
    for (const key of ['ingest-1', 'ingest-2'])
      await scene.steps.fail(await claimed(scene, job.ticket(key)), failure);
    await finish(scene, job, 'book');
    const letter = (await letters()).find(({ key }) => key === 'ingest-1');
    await replayDeadLetter(scene.database, letter?.id ?? '');
    await finish(scene, await redispatched(job), 'ingest-1', 'generate-1', 'book');
    expect(await statuses(job.jobId)).toMatchObject({ 'generate-1': 'succeeded', 'ingest-2': 'failed' });
    expect(await jobRow(job.jobId)).toMatchObject({ captured: 3, refunded: 1, round: 2 });
  });

  test('is replayed once, whoever asks, and not after its step was retried or its job taken up', async () => {
    await failedJob();
    const [letter] = await letters();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => replayDeadLetter(scene.database, letter?.id ?? '')),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'dead-letter-replayed' });
    const job = await failedJob();
    const [second] = await letters();
    await retry(job.jobId);
    await expect(replayDeadLetter(scene.database, second?.id ?? '')).rejects.toMatchObject({
      code: 'dead-letter-replayed',
    });
    await expect(replayDeadLetter(scene.database, 'dead_none')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('lists by state, account, job, code and handler, newest first, page by page', async () => {
    const jobs = [await failedJob(), await failedJob(), await failedJob()];
    await retry(jobs[0]?.jobId ?? '');
    const list = (query: object) => listDeadLetters(scene.database.executor, { limit: 10, ...query });
    const all = await list({});
    expect(all.map(({ jobId }) => jobId)).toEqual(jobs.map(({ jobId }) => jobId).reverse());
    expect(await list({ state: 'open' })).toEqual(all.slice(0, 2));
    expect(await list({ state: 'replayed' })).toEqual(all.slice(2));
    expect(await list({ beforeId: all[0]?.id, limit: 1 })).toEqual(all.slice(1, 2));
    expect(await list({ jobId: jobs[1]?.jobId })).toEqual(all.slice(1, 2));
    expect(await list({ code: 'image-corrupt', handler: 'ingest-image', accountId })).toHaveLength(3);
    expect(await list({ code: 'internal' })).toEqual([]);
    expect(await list({ accountId: 'acct_other' })).toEqual([]);
  });
});

describe('a process that runs a step is counted as lost', () => {
  test('when the queue gives the step to another one; not when it is the same one, nor when the flow was built anew', async () => {
    const job = await runningJob(scene, { photos: 1 });
    const claim = async (worker: string, generation: number) => {
      const outcome = await scene.steps.claim({ ...job.ticket('ingest-0'), generation }, worker);
      return outcome.kind === 'claimed' ? outcome.step.losses : outcome.kind;
    };
    expect(await claim('a', 1)).toBe(0);
    expect(await claim('a', 1)).toBe(0);
    expect(await claim('b', 1)).toBe(1);
    await scene.sql(`update jobs set enqueued_at = null, enqueue_lease_until = now()`);
    await scene.dispatch.claim(limits);
    expect(await claim('c', 2)).toBe(1);
    expect(await claim('d', 2)).toBe(2);
    const lost = (await listJobEvents(scene.database.executor, job.jobId, 0, 100)).filter(
      ({ type }) => type === 'step.lost',
    );
    expect(lost.map(({ data }) => data['worker'])).toEqual(['a', 'c']);
  });
});

async function everything(): Promise<unknown> {
  return await scene.sql(`select (select jsonb_agg(j order by id) from jobs j) as jobs, (select jsonb_agg(s order by id) from steps s) as steps,
    (select jsonb_agg(e order by job_id, sequence) from job_events e) as events, (select jsonb_agg(c order by id) from credit_entries c) as entries,
    (select jsonb_agg(d order by id) from dead_letters d) as letters, (select jsonb_agg(k) from idempotency_keys k) as keys`);
}

async function expectNoWrite(lease: StepLease): Promise<void> {
  const before = await everything();
  const { steps } = scene;
  const writes = [
    await steps.saveProgress(lease, 9, 9),
    await steps.release(lease, { reason: 'retry', error: failure }),
    await steps.succeed(lease, { output: { late: true }, assets: [] }),
    await steps.fail(lease, failure),
  ];
  expect(writes).toEqual([false, false, false, false]);
  expect(await steps.lost([lease])).toEqual([lease]);
  expect(await everything()).toEqual(before);
}
