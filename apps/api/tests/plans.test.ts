/** Plans and their versions, as clients see them. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Job, PlanDiffReply, PlanPage, PlanRecord, RegenerationRequest } from '@pressroom/domain';
import { assemblePlan, type LearningPlan, planCalendar, planMarkdown, scaffoldPlan } from '@pressroom/plans';
import { type ApiUnderTest, bodyOf, startApi, type TestAccount } from './api-under-test.ts';
import { waitUntilSubscribed } from './hints.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});

/** As the workers make it, for a topic and so many minutes a week. */
function planOf(topic: string, weeklyMinutes: number, base?: LearningPlan): LearningPlan {
  const frame = {
    topic,
    skillLevel: 'beginner' as const,
    learningStyle: 'mixed' as const,
    weeklyMinutes,
    start: '2026-03-02',
    language: 'en',
  };
  const draft = scaffoldPlan({ ...frame, documents: [], sections: [], passages: [] });
  return assemblePlan({
    draft,
    cite: () => undefined,
    after: base && { base, version: base.planVersion + 1 },
    frame: {
      ...frame,
      method: 'scaffold',
      makers: [{ provider: 'offline', model: 'outline-1' }],
      remarks: [],
      documents: [],
      dropped: { citations: 0 },
    },
  });
}

const formsOf = (plan: LearningPlan) => ({
  pdf: `%PDF-1.7 version ${plan.planVersion}`,
  json: JSON.stringify(plan),
  md: planMarkdown(plan),
  ics: planCalendar(plan),
});

interface Made {
  readonly account: TestAccount;
  readonly job: Job;
  readonly planId: string;
  readonly path: string;
  readonly plan: LearningPlan;
}

async function makePlan(account = api.main, topic = 'Água e vento'): Promise<Made> {
  const { id } = await account.client.submitJob({
    kind: 'learning-plan',
    input: { topic, weeklyHours: 3, start: '2026-03-02', deadline: '2026-12-31' },
  });
  const plan = planOf(topic, 180);
  await api.play.succeedPlan(id, formsOf(plan));
  const job = await account.client.getJob(id);
  const planId = job.plan?.id ?? '';
  return { account, job, planId, path: `/api/plans/${planId}`, plan };
}

async function makeNext(
  { account, planId, plan }: Made,
  overrides: RegenerationRequest['overrides'] = { weeklyHours: 2 },
): Promise<{ readonly job: Job; readonly plan: LearningPlan }> {
  const { id } = await account.client.regeneratePlan(planId, { overrides });
  const next = planOf(plan.topic, 120, plan);
  await api.play.succeedPlan(id, formsOf(next));
  return { job: await account.client.getJob(id), plan: next };
}

const post = (body: unknown, headers: Record<string, string> = {}, key?: string) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
  ...(key === undefined ? {} : { key }),
});

describe('a plan', () => {
  test('is named by the job that made it, and only once it is there', async () => {
    const waiting = await api.main.client.submitJob({
      kind: 'learning-plan',
      input: { topic: 'Sailing', weeklyHours: 3, start: '2026-03-02' },
    });
    expect(waiting.plan).toBeNull();
    const { job, planId } = await makePlan();
    expect(job.plan).toEqual({ id: planId, version: 1, href: `/api/plans/${planId}?version=1` });
    const listed: (string | undefined)[] = [];
    for await (const each of api.main.client.listJobs({ kind: 'learning-plan' })) listed.push(each.plan?.id);
    expect(listed).toContain(planId);
  });

  test('has its values, and the list of its versions with what each was made from', async () => {
    const made = await makePlan();
    const second = await makeNext(made);
    expect(second.job.plan).toMatchObject({ id: made.planId, version: 2 });
    const record = await bodyOf<PlanRecord>(await api.call(made.path));
    expect(record).toMatchObject({
      id: made.planId,
      topic: 'Água e vento',
      latestVersion: 2,
      version: 2,
      baseVersion: 1,
      jobId: second.job.id,
      values: { weeklyHours: 2, deadline: '2026-12-31' },
      output: { formats: ['pdf', 'json', 'md', 'ics'], pages: 3 },
      versions: [
        { version: 2, baseVersion: 1 },
        { version: 1, baseVersion: null, jobId: made.job.id },
      ],
    });
    const first = await api.main.client.getPlan(made.planId, { version: 1 });
    expect(first).toMatchObject({ version: 1, latestVersion: 2, values: { weeklyHours: 3 } });
    expect(JSON.stringify(second.job)).not.toContain('storageKey');
  });

  test('comes in each of its forms, by `format` or by `Accept`, of any version', async () => {
    const made = await makePlan();
    await makeNext(made);
    for (const [format, type, disposition] of [
      ['pdf', 'application/pdf', 'inline'],
      ['json', 'application/json', 'attachment'],
      ['md', 'text/markdown; charset=utf-8', 'attachment'],
      ['ics', 'text/calendar; charset=utf-8', 'attachment'],
    ] as const) {
      const answer = await api.call(`${made.path}?version=1&format=${format}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe(type);
      expect(answer.headers.get('content-disposition')).toBe(
        `${disposition}; filename="Agua e vento.${format}"; filename*=UTF-8''%C3%81gua%20e%20vento.${format}`,
      );
      expect(await answer.text()).toBe(formsOf(made.plan)[format]);
    }
    const accepted = await api.call(made.path, { headers: { Accept: 'text/calendar' } });
    expect(await accepted.text()).toContain('SEQUENCE:1');
    expect(accepted.headers.get('content-disposition')).toContain('Agua e vento, version 2.ics');
    const etag = accepted.headers.get('etag') ?? '';
    const again = { headers: { Accept: 'text/calendar', 'If-None-Match': etag } };
    expect((await api.call(made.path, again)).status).toBe(304);
    expect((await api.call(`${made.path}?format=pdf`, { headers: { Range: 'bytes=0-3' } })).status).toBe(206);
    expect(await api.problem(`${made.path}?format=csv`)).toMatchObject({
      code: 'not-acceptable',
      status: 406,
    });
    expect(await api.problem(made.path, { headers: { Accept: 'image/png' } })).toMatchObject({ status: 406 });
  });

  test('is listed newest first, page by page', async () => {
    const account = await api.openAccount();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await makePlan(account)).planId);
    const page = await api.call('/api/plans?limit=2', { key: account.key });
    const { data, nextCursor } = await bodyOf<PlanPage>(page);
    expect(data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(page.headers.get('link')).toBe(`</api/plans?limit=2&cursor=${nextCursor}>; rel="next"`);
    const all: string[] = [];
    for await (const each of account.client.listPlans()) all.push(each.id);
    expect(all).toEqual(ids);
  });

  test('tells what is different between versions: by itself since the one that the newest was made from', async () => {
    const made = await makePlan();
    const same = await bodyOf<PlanDiffReply>(await api.call(`${made.path}/diff`));
    expect(same).toMatchObject({ from: 1, to: 1, settings: [], tasks: { moved: [], changed: [] } });
    await makeNext(made);
    const diff = await bodyOf<PlanDiffReply>(await api.call(`${made.path}/diff`));
    expect(diff).toMatchObject({
      planId: made.planId,
      from: 1,
      to: 2,
      settings: [{ field: 'weeklyMinutes', from: '180', to: '120' }],
    });
    const back = await api.main.client.diffPlan(made.planId, { from: 2, to: 1 });
    expect(back.settings).toEqual([{ field: 'weeklyMinutes', from: '120', to: '180' }]);
    expect(await api.problem(`${made.path}/diff?to=3`)).toMatchObject({ code: 'not-found', status: 404 });
    expect(await api.problem(`${made.path}/diff?from=0`)).toMatchObject({ code: 'invalid-request' });
  });
});

describe('nothing crosses an account’s border', () => {
  test.each([
    ['the record', '', undefined],
    ['a version', '?version=1&format=pdf', undefined],
    ['the difference', '/diff', undefined],
    ['a regeneration', '/regenerations', { overrides: {} }],
  ])('%s of another account’s plan is not there', async (_, rest, body) => {
    const { path, planId } = await makePlan();
    const { key } = await api.openAccount();
    const problem = await api.problem(`${path}${rest}`, body === undefined ? { key } : post(body, {}, key));
    expect(problem).toMatchObject({ code: 'not-found', status: 404 });
    // The same words as of one that never was.
    const none = planId.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const unknown = await api.problem(
      `/api/plans/${none}${rest}`,
      body === undefined ? { key } : post(body, {}, key),
    );
    expect(problem.detail.replace(planId, none)).toBe(unknown.detail);
  });

  test('nor by POST /api/jobs; and nothing is held for it', async () => {
    const { planId } = await makePlan();
    const other = await api.openAccount(10);
    const input = { planId, overrides: {} };
    expect(
      await api.problem('/api/jobs', post({ kind: 'learning-plan-regeneration', input }, {}, other.key)),
    ).toMatchObject({ code: 'not-found', status: 404 });
    expect((await other.client.account()).balance).toBe(10);
    expect(await bodyOf<PlanPage>(await api.call('/api/plans', { key: other.key }))).toMatchObject({
      data: [],
    });
  });

  test('and a key needs the scope of jobs', async () => {
    const { path } = await makePlan();
    const key = await api.main.keyWith('assets', 'account');
    expect(await api.problem(path, { key })).toMatchObject({ code: 'forbidden', status: 403 });
  });
});

describe('a regeneration', () => {
  test('is a job like any other, whichever way it is asked for', async () => {
    const made = await makePlan();
    const before = await api.main.client.account();
    const nudges = api.nudges();
    const response = await api.call(
      `${made.path}/regenerations`,
      post(
        { overrides: { weeklyHours: 2 }, priority: 7, metadata: { order: '17' } },
        { 'Idempotency-Key': made.planId },
      ),
    );
    expect(response.status).toBe(202);
    const job = await bodyOf<Job>(response);
    expect(response.headers.get('location')).toBe(`/api/jobs/${job.id}`);
    expect(job).toMatchObject({
      kind: 'learning-plan-regeneration',
      status: 'queued',
      priority: 7,
      metadata: { order: '17' },
      cost: { held: 2 },
      plan: null,
      input: {
        planId: made.planId,
        baseVersion: 1,
        version: 2,
        overrides: { weeklyHours: 2 },
        values: { topic: 'Água e vento', weeklyHours: 2, deadline: '2026-12-31' },
      },
    });
    expect(api.nudges()).toBe(nudges + 1);
    expect((await api.main.client.account()).balance).toBe(before.balance - 2);
    const input = { overrides: { weeklyHours: 2 }, planId: made.planId };
    const submission = { kind: 'learning-plan-regeneration', input, priority: 7, metadata: { order: '17' } };
    const again = await api.call('/api/jobs', post(submission, { 'Idempotency-Key': made.planId }));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await bodyOf<Job>(again)).id).toBe(job.id);
  });

  test('sent again with its key is the same job, also when its version is there and the plan has gone on', async () => {
    const made = await makePlan();
    const ask = (overrides: object) =>
      api.call(
        `${made.path}/regenerations`,
        post({ overrides }, { 'Idempotency-Key': `again-${made.planId}` }),
      );
    const first = await bodyOf<Job>(await ask({ start: '2026-11-02' }));
    await api.play.succeedPlan(first.id, formsOf(planOf('Água e vento', 180, made.plan)));
    // From here on the same overrides would be refused.
    await makeNext(made, { start: '2026-03-02', deadline: '2026-06-30' });
    const again = await ask({ start: '2026-11-02' });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect((await bodyOf<Job>(again)).id).toBe(first.id);
    const other = post({ overrides: {} }, { 'Idempotency-Key': `again-${made.planId}` });
    expect(await api.problem(`${made.path}/regenerations`, other)).toMatchObject({
      code: 'idempotency-key-reused',
    });
  });

  test('sent twenty times at once with one key is one job', async () => {
    const made = await makePlan();
    const options = { idempotencyKey: `once-${made.planId}` };
    const jobs = await Promise.all(
      Array.from({ length: 20 }, () =>
        api.main.client.regeneratePlan(made.planId, { overrides: { notes: 'Once' } }, options),
      ),
    );
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
  });

  test('is refused while another one of its plan runs, which it names', async () => {
    const made = await makePlan();
    const first = await api.main.client.regeneratePlan(made.planId, { overrides: {} });
    expect(await api.problem(`${made.path}/regenerations`, post({ overrides: {} }))).toMatchObject({
      code: 'regeneration-conflict',
      status: 409,
      facts: { planId: made.planId, jobId: first.id },
    });
    await api.main.client.cancelJob(first.id);
    const second = await api.main.client.regeneratePlan(made.planId, { overrides: {} });
    expect(await api.problem(first.links.retry, { method: 'POST' })).toMatchObject({
      code: 'regeneration-conflict',
      facts: { jobId: second.id },
    });
  });

  test('waits as it is asked to', async () => {
    const made = await makePlan();
    const answer = api.call(
      `${made.path}/regenerations`,
      post({ overrides: {} }, { Prefer: 'wait=30', 'Idempotency-Key': `wait-${made.planId}` }),
    );
    await waitUntilSubscribed(api.database);
    const { id } = await api.main.client.regeneratePlan(
      made.planId,
      { overrides: {} },
      { idempotencyKey: `wait-${made.planId}` },
    );
    await api.play.succeedPlan(id, formsOf(planOf('Água e vento', 180, made.plan)));
    const response = await answer;
    expect(response.status).toBe(200);
    expect((await bodyOf<Job>(response)).plan).toMatchObject({ version: 2 });
  });

  test('goes on from any version, and follows the newest', async () => {
    const made = await makePlan();
    await makeNext(made);
    const job = await api.main.client.regeneratePlan(made.planId, {
      baseVersion: 1,
      overrides: { notes: 'New' },
    });
    expect(job.input).toMatchObject({ baseVersion: 1, version: 3, values: { weeklyHours: 3, notes: 'New' } });
    expect(
      await api.problem(`${made.path}/regenerations`, post({ baseVersion: 9, overrides: {} })),
    ).toMatchObject({ code: 'not-found', detail: expect.stringContaining('no version 9') });
  });

  test.each([
    ['a start after the stored deadline', { start: '2027-01-01' }, 'invalid-request', '/overrides/start'],
    [
      'a deadline before the stored start',
      { deadline: '2026-01-01' },
      'invalid-request',
      '/overrides/deadline',
    ],
    ['a week without hours', { weeklyHours: 0 }, 'invalid-request', '/overrides/weeklyHours'],
    ['a topic that the fonts cannot print', { topic: 'हिन्दी' }, 'unsupported-script', '/overrides/topic'],
    ['no topic', { topic: null }, 'invalid-request', '/overrides/topic'],
    ['a value that plans do not have', { colour: 'red' }, 'invalid-request', '/overrides'],
    [
      'a document that is not there',
      { documents: [{ assetId: 'asset_none' }] },
      'invalid-request',
      '/overrides/documents/0/assetId',
    ],
    ['text with NUL', { notes: 'a\u0000' }, 'invalid-request', '/overrides/notes'],
  ])('is refused for %s, which is named where it stands', async (_, overrides, code, path) => {
    const made = await makePlan();
    const problem = await api.problem(`${made.path}/regenerations`, post({ overrides }));
    expect(problem).toMatchObject({ code });
    expect(problem.errors?.map((error) => error.path)).toContain(path);
    const input = { planId: made.planId, overrides };
    const submitted = await api.problem('/api/jobs', post({ kind: 'learning-plan-regeneration', input }));
    const paths = submitted.errors?.map((error) => error.path) ?? [];
    expect(paths).toContain(`/input${path}`);
  });
});
