/** What an account has used and may still use, as its owner and the operator see it. */
import { beforeAll, expect, test } from '@jest/globals';
import { createProviderCallStore } from '@pressroom/database';
import type { OperatorAccount, Problem, Usage } from '@pressroom/domain';
import { type ApiUnderTest, bodyOf, operatorToken, startApi, type TestAccount } from './api-under-test.ts';
import { png } from './pictures.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({
    env: { PRESSROOM_TIERS: '{"small":{"pictures":2,"jobs":10},"studio":{"dollars":50}}' },
  });
});

const policy = { leaseMs: 60_000 };
/** A call that has ended, as a worker writes it down. */
async function call(
  { id }: TestAccount,
  jobId: string,
  {
    model = 'painter',
    tokens = 0,
    pictures = 0,
    micros,
  }: { model?: string; tokens?: number; pictures?: number; micros?: number },
): Promise<void> {
  const calls = createProviderCallStore(api.database);
  const admission = await calls.begin(
    {
      caller: { accountId: id, jobId, stepId: api.ids.next('step') },
      provider: 'gemini',
      model,
      resultKey: api.ids.next('entry'),
      estimatedTokens: 0,
    },
    policy,
  );
  if (admission.kind !== 'granted') throw new Error(admission.kind);
  const bill = { usage: { inputTokens: tokens, outputTokens: 1 }, pictures, micros };
  await calls.end(
    admission.callId,
    { kind: 'succeeded', bill, durationMs: 3, result: undefined },
    'healthy',
    policy,
  );
}

async function submit(account: TestAccount, photos: number): Promise<string> {
  const assets = await Promise.all(
    Array.from({ length: photos }, (_, index) => account.client.uploadAsset(png(3 + index))),
  );
  const job = await account.client.submitJob({
    kind: 'picture-book',
    input: { photos: assets.map(({ id }) => ({ assetId: id })), style: 'poster', title: 'T' },
  });
  return job.id;
}

const change = (id: string, body: object): Promise<Response> =>
  api.call(`/api/admin/accounts/${id}`, {
    method: 'PATCH',
    key: operatorToken,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

test('a month says what its calls took, by model and in all, and a job says what its own did', async () => {
  const account = await api.openAccount();
  const jobId = await submit(account, 1);
  await call(account, jobId, { tokens: 100, pictures: 1, micros: 39_000 });
  await call(account, jobId, { model: 'writer', tokens: 7 });
  const usage = await account.client.usage();
  expect(usage).toMatchObject({
    month: new Date().toISOString().slice(0, 7),
    jobs: { total: 1, byKind: { 'picture-book': 1 } },
    total: { calls: 2, inputTokens: 107, pictures: 1, micros: 39_000, unpricedCalls: 1 },
    models: [
      { provider: 'gemini', model: 'painter', micros: 39_000, unpricedCalls: 0 },
      { provider: 'gemini', model: 'writer', micros: 0, unpricedCalls: 1 },
    ],
    limits: null,
  });
  expect((await account.client.getJob(jobId)).cost).toMatchObject({
    pictures: 1,
    micros: 39_000,
    unpricedCalls: 1,
  });
  // Nothing of it is anybody else's.
  expect(await (await api.openAccount()).client.usage()).toMatchObject({ jobs: { total: 0 }, models: [] });
  expect(await account.client.usage({ month: '2020-02' })).toMatchObject({
    month: '2020-02',
    from: '2020-02-01T00:00:00.000Z',
    to: '2020-03-01T00:00:00.000Z',
    total: { calls: 0 },
  });
  for (const month of ['2020-13', '2020-1', 'now'])
    expect(await api.problem(`/api/account/usage?month=${month}`)).toMatchObject({ code: 'invalid-request' });
});

test('every call of a month comes as a row of one CSV, whatever their number', async () => {
  const account = await api.openAccount();
  const jobId = await submit(account, 1);
  await call(account, jobId, { model: '=cmd()', tokens: 1, micros: 5 });
  await api.database.executor.execute(
    `insert into provider_calls (account_id, job_id, step_id, provider, model, result_key, outcome, micros, started_at, ended_at)
     select '${account.id}', '${jobId}', 'step_x', 'gemini', 'm', 'k', 'succeeded', null, now() - interval '2 seconds', now() - interval '1 second' from generate_series(1, 1300)`,
  );
  const response = await api.call('/api/account/usage', {
    key: account.key,
    headers: { Accept: 'text/csv' },
  });
  expect(response.headers.get('content-disposition')).toContain('usage-');
  const lines = (await response.text()).trimEnd().split('\r\n');
  expect(lines).toHaveLength(1_302);
  expect(lines[0]).toBe(
    'endedAt,jobId,stepId,provider,model,outcome,inputTokens,outputTokens,pictures,micros,durationMs',
  );
  expect(lines[1]).toMatch(new RegExp(`^[^,]+,${jobId},step_[^,]+,gemini,'=cmd\\(\\),succeeded,1,1,0,5,3$`));
  // A price that nobody knows is not 0.
  expect(lines[2]).toMatch(/,succeeded,,,0,,$/);
  const other = await api.call('/api/account/usage', { headers: { Accept: 'text/csv' } });
  expect((await other.text()).trimEnd().split('\r\n')).toHaveLength(1);
  expect(await api.problem('/api/account/usage', { headers: { Accept: 'image/png' } })).toMatchObject({
    code: 'not-acceptable',
  });
});

test('an operator puts an account into a tier, and its limit is told where it is met', async () => {
  const account = await api.openAccount();
  expect(await bodyOf<Problem>(await change(account.id, { tier: 'large' }))).toMatchObject({
    code: 'invalid-request',
    errors: [{ path: '/tier', message: expect.stringContaining('small, studio') as unknown }],
  });
  expect(await bodyOf<Problem>(await change(account.id, {}))).toMatchObject({ code: 'invalid-request' });
  expect(await bodyOf<OperatorAccount>(await change(account.id, { tier: 'small' }))).toMatchObject({
    tier: 'small',
    weight: 1,
    stripeCustomerId: null,
  });
  const first = await submit(account, 1);
  const { limits } = await account.client.usage();
  const { to } = await account.client.usage();
  expect(limits).toEqual({
    tier: 'small',
    resetsAt: to,
    jobs: { limit: 10, used: 1, reserved: 0, left: 9 },
    pictures: { limit: 2, used: 0, reserved: 1, left: 1 },
    tokens: null,
    micros: null,
  } satisfies Usage['limits']);
  const { balance } = await account.client.account();
  await expect(submit(account, 2)).rejects.toMatchObject({
    code: 'usage-limit-reached',
    status: 403,
    facts: { tier: 'small', quantity: 'pictures', limit: 2, reserved: 1, asked: 2, left: 1, resetsAt: to },
  });
  expect((await account.client.account()).balance).toBe(balance);
  await account.client.cancelJob(first);
  await submit(account, 2);
  await change(account.id, { tier: null });
  await submit(account, 2);
  // Who is billed is the operator's business.
  await change(account.id, { stripeCustomerId: 'cus_123' });
  expect(Object.keys(await account.client.account())).not.toContain('stripeCustomerId');
});

test('an operator sees usage that could not be sent, with what to do, and sends it again', async () => {
  const account = await api.openAccount();
  await change(account.id, { stripeCustomerId: 'cus_456' });
  await call(account, await submit(account, 1), { tokens: 11, micros: 1 });
  const { rows } = await api.database.executor.execute<{ id: string }>(
    `update usage_exports set status = 'parked', settled_at = now(), error_code = 'billing-refused', error_message = 'Stripe refuses the event (x)'
     where account_id = '${account.id}' returning id`,
  );
  const id = rows[0]?.id ?? '';
  expect(await api.problem('/api/admin/usage-exports')).toMatchObject({ code: 'unauthenticated' });
  const listed = await api.call('/api/admin/usage-exports', { key: operatorToken });
  expect(await bodyOf<{ data: unknown[] }>(listed)).toMatchObject({
    data: [
      {
        id,
        accountId: account.id,
        customerId: 'cus_456',
        meter: 'tokens',
        value: 12,
        status: 'parked',
        error: { code: 'billing-refused', advice: expect.stringContaining('replay') as unknown },
      },
    ],
    nextCursor: null,
  });
  const replay = (which: string) =>
    api.call(`/api/admin/usage-exports/${which}/replay`, { method: 'POST', key: operatorToken });
  expect(await bodyOf<{ status: string }>(await replay(id))).toMatchObject({
    status: 'pending',
    attempts: 0,
  });
  expect(await bodyOf<Problem>(await replay(id))).toMatchObject({
    code: 'usage-export-not-parked',
    status: 409,
  });
  expect((await replay('5f0c4c5e-1d1f-4d0a-8a54-0a3a3f6f0f0e')).status).toBe(404);
});
