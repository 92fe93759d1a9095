import { beforeAll, describe, expect, test } from '@jest/globals';
import { createOperatorClient, type OperatorClient } from '@pressroom/client';
import type { DeadLetterReplay, DeadLetterSummary, Job } from '@pressroom/domain';
import { atTeardown } from '@pressroom/testing';
import { type ApiUnderTest, bodyOf, operatorToken, startApi, type TestAccount } from './api-under-test.ts';
import { png } from './pictures.ts';

let api: ApiUnderTest;
let operator: OperatorClient;
const asOperator = { key: operatorToken };
const corrupt = { code: 'image-corrupt', message: 'The photo ends early' } as const;

beforeAll(async () => {
  api = await startApi();
  operator = createOperatorClient({ baseUrl: api.url, operatorToken });
  atTeardown(() => operator.close());
});

async function submit(account: TestAccount, options: { onItemFailure?: 'fail' | 'skip' } = {}) {
  const asset = await account.client.uploadAsset(png());
  return await account.client.submitJob({
    kind: 'picture-book',
    onItemFailure: options.onItemFailure,
    input: { photos: [{ assetId: asset.id }, { assetId: asset.id }], style: 'poster', title: 'T' },
  });
}

async function all(query: Parameters<OperatorClient['listDeadLetters']>[0]): Promise<DeadLetterSummary[]> {
  const found: DeadLetterSummary[] = [];
  for await (const each of operator.listDeadLetters(query)) found.push(each);
  return found;
}

async function letterOf(job: Pick<Job, 'id'>): Promise<DeadLetterSummary> {
  const [letter] = await all({ jobId: job.id });
  if (letter === undefined) throw new Error(`job ${job.id} has no dead letter`);
  return letter;
}

const balance = async (account: TestAccount) => (await account.client.account()).balance;

test('lists what gave up in pages, newest first, by state, account, job, handler and error', async () => {
  const account = await api.openAccount();
  const jobs = [];
  for (let count = 0; count < 3; count += 1) {
    const job = await submit(account);
    await api.play.fail(job.id, 'ingest-1', corrupt);
    jobs.push(job.id);
  }
  const found = await all({ accountId: account.id, limit: 2 });
  expect(found.map(({ jobId }) => jobId)).toEqual(jobs.toReversed());
  expect(found[0]).toMatchObject({
    step: 'ingest-1',
    handler: 'ingest-image',
    itemIndex: 1,
    error: { code: 'image-corrupt', detail: 'The photo ends early' },
    replayedAt: null,
  });
  const first = await api.call(`/api/admin/dead-letters?accountId=${account.id}&limit=2`, asOperator);
  expect(first.headers.get('link')).toMatch(/accountId=acct_\w+&limit=2&cursor=\w+>; rel="next"$/);
  await operator.replayDeadLetter(found[1]?.id ?? '');
  const ids = async (query: Parameters<typeof all>[0]) =>
    (await all({ accountId: account.id, ...query })).map(({ jobId }) => jobId);
  expect(await ids({ state: 'open' })).toEqual([jobs[2], jobs[0]]);
  expect(await ids({ state: 'replayed' })).toEqual([jobs[1]]);
  expect(await ids({ jobId: jobs[0] })).toEqual([jobs[0]]);
  expect(await ids({ code: 'image-corrupt' })).toHaveLength(3);
  expect(await ids({ code: 'worker-lost' })).toEqual([]);
  expect(await ids({ handler: 'render-picture-book' })).toEqual([]);
  expect(await all({ accountId: 'acct_none' })).toEqual([]);
  expect(await api.problem('/api/admin/dead-letters?state=shut', asOperator)).toMatchObject({ status: 400 });
  expect(await api.problem('/api/admin/dead-letters?cursor=x', asOperator)).toMatchObject({ status: 400 });
});

test('shows input, failures and log of one, without what looks like a secret', async () => {
  const job = await submit(api.main);
  await api.play.admit(job.id);
  await api.play.finish(job.id, 'ingest-0');
  await api.database.executor.execute(
    `update steps set input = input || '{"style": {"prompt": "as prk_abcdefgh would"}}' where job_id = '${job.id}'`,
  );
  await api.play.fail(job.id, 'generate-0', corrupt);
  const letter = await operator.getDeadLetter((await letterOf(job)).id);
  expect(letter).toMatchObject({
    input: { index: 0, style: { prompt: 'as prk_[secret] would' } },
    failures: [{ kind: 'gave-up', attempt: 1, round: 1, code: 'image-corrupt', worker: 'worker_1' }],
    logs: [],
  });
});

describe('a replay', () => {
  test('of a job that has failed, and was refunded, charges for it again', async () => {
    const account = await api.openAccount(10);
    const job = await submit(account);
    await api.play.admit(job.id);
    await api.play.finish(job.id, 'ingest-0');
    expect(await balance(account)).toBe(7);
    await api.play.fail(job.id, 'ingest-1', corrupt);
    expect(await balance(account)).toBe(10);
    const { id, links } = await letterOf(job);
    const nudges = api.nudges();
    const answer = await api.call(links.replay, { method: 'POST', ...asOperator });
    expect(answer.status).toBe(202);
    expect(await bodyOf<DeadLetterReplay>(answer)).toMatchObject({
      deadLetter: { id, replayedBy: 'operator' },
      round: 2,
      held: 3,
      // The photo, the pictures of both, which the failure had cancelled, and the book.
      steps: 4,
    });
    expect(api.nudges()).toBeGreaterThan(nudges);
    expect(await balance(account)).toBe(7);
    expect(await account.client.getJob(job.id)).toMatchObject({ status: 'queued', cost: { round: 2 } });
  });

  test('in a job that runs, of which nothing was given back, charges nothing', async () => {
    const account = await api.openAccount(10);
    const job = await submit(account, { onItemFailure: 'skip' });
    await api.play.fail(job.id, 'ingest-1', corrupt);
    expect(await balance(account)).toBe(7);
    const replay = await operator.replayDeadLetter((await letterOf(job)).id);
    expect(replay).toMatchObject({ round: 1, held: 0, steps: 3 });
    expect(await balance(account)).toBe(7);
    const entries = [];
    for await (const entry of account.client.ledger()) entries.push([entry.kind, entry.delta]);
    expect(entries).toEqual([
      ['hold', -3],
      ['grant', 10],
    ]);
    expect(await account.client.getJob(job.id)).toMatchObject({ status: 'running' });
  });

  test('is refused by name when there is none, it was done, or the credits or the time are gone', async () => {
    const replay = (id: string) =>
      api.problem(`/api/admin/dead-letters/${id}/replay`, { method: 'POST', ...asOperator });
    expect(await replay('dead_none')).toMatchObject({ status: 404, code: 'not-found' });
    const account = await api.openAccount(3);
    const job = await submit(account);
    await api.play.fail(job.id, 'ingest-1', corrupt);
    const { id } = await letterOf(job);
    // The credits that came back are spent on another job.
    const other = await submit(account);
    expect(await replay(id)).toMatchObject({
      status: 402,
      code: 'insufficient-credits',
      facts: { price: 3 },
    });
    expect(await letterOf(job)).toMatchObject({ replayedAt: null });
    await account.client.cancelJob(other.id);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        fetch(new URL(`/api/admin/dead-letters/${id}/replay`, api.url), {
          method: 'POST',
          headers: { Authorization: `Bearer ${operatorToken}` },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([202, 409, 409, 409, 409]);
    expect(await replay(id)).toMatchObject({ status: 409, code: 'dead-letter-replayed' });
    await api.play.fail(job.id, 'ingest-1', corrupt);
    await api.database.executor.execute(`update jobs set deadline = now() where id = '${job.id}'`);
    expect(await replay((await letterOf(job)).id)).toMatchObject({ status: 409, code: 'deadline-exceeded' });
  });
});

test('only operators may see or replay', async () => {
  for (const key of [null, api.main.key]) {
    expect(await api.problem('/api/admin/dead-letters', { key })).toMatchObject({ status: 401 });
    expect(await api.problem('/api/admin/dead-letters/dead_x/replay', { method: 'POST', key })).toMatchObject(
      { status: 401 },
    );
  }
});
