/** Versions of learning plans in the record: once for each job, without gaps, for good, and never two at the same time. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ErrorRecord,
  learningPlan,
  learningPlanRegeneration,
  type PlanOverrides,
  regenerationInputSchema,
  type StepLease,
  type StepPlan,
} from '@pressroom/domain';
import {
  cancelJob,
  findJob,
  findPlan,
  findPlanVersion,
  findStoredPlanVersion,
  listDeadLetters,
  listPlans,
  listPlanVersions,
  listSteps,
  replayDeadLetter,
  retryJob,
  type Submission,
  submitJob,
} from '../src/index.ts';
import {
  accountId,
  addAsset,
  brokenInvariants,
  limits,
  openAccount,
  openScene,
  type Scene,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ credits: 100 });
});
afterEach(async () => {
  expect(await brokenInvariants(scene)).toEqual([]);
  await scene.close();
});

const unreadable: ErrorRecord = { code: 'document-corrupt', message: 'cut off' };
const common = { accountId, onItemFailure: 'skip', priority: 0, metadata: {} } as const;

function firstVersion(change: object = {}): Submission {
  const input = learningPlan.inputSchema.parse({
    topic: 'Sailing',
    weeklyHours: 3,
    start: '2026-03-02',
    ...change,
  });
  return { ...common, kind: 'learning-plan', input, plan: learningPlan.plan(input), assets: [] };
}

async function nextVersion(
  planId: string,
  overrides: PlanOverrides = { weeklyHours: 4 },
): Promise<Submission> {
  const { completion, plan } = learningPlanRegeneration;
  const stored = await findStoredPlanVersion(scene.database.executor, accountId, { planId });
  if (completion === undefined || stored === undefined) throw new Error('nothing to go on from');
  const given = regenerationInputSchema.parse({ planId, overrides });
  const complete = completion.complete(given, stored);
  if ('problems' in complete) throw new Error(JSON.stringify(complete.problems));
  return {
    ...common,
    kind: 'learning-plan-regeneration',
    input: completion.keep(complete),
    request: given,
    makes: completion.makes(complete),
    plan: plan(complete),
    assets: [],
  };
}

const submit = async (submission: Submission): Promise<string> =>
  (await submitJob(scene.database, scene.ids, submission)).jobId;

async function claim(jobId: string, key: string, worker = 'worker_1'): Promise<StepLease> {
  const row = (await listSteps(scene.database.executor, [jobId])).find((step) => step.key === key);
  if (row === undefined) throw new Error(`no step ${key}`);
  const outcome = await scene.steps.claim({ stepId: row.id, jobId, generation: row.generation }, worker);
  if (outcome.kind !== 'claimed') throw new Error(`${key} is ${outcome.kind}`);
  return { stepId: row.id, jobId, fence: outcome.step.fence };
}

async function admit(jobId: string): Promise<void> {
  const taken = (await scene.dispatch.claim(limits)).find((dispatch) => dispatch.jobId === jobId);
  if (taken === undefined) throw new Error('The dispatcher has not taken the job');
  await scene.dispatch.confirm(jobId, taken.generation);
}

/** Up to the root step, which is claimed. */
async function readyForRoot(jobId: string): Promise<StepLease> {
  await admit(jobId);
  for (const step of await listSteps(scene.database.executor, [jobId])) {
    if (step.parentId !== null && step.status === 'pending') {
      await scene.steps.succeed(await claim(jobId, step.key), { output: {}, assets: [] });
    }
  }
  return await claim(jobId, 'workbook');
}

async function finish(lease: StepLease): Promise<boolean> {
  const made = { storageKey: 'k', mediaType: 'text/plain', bytes: 1, sha256: 'a'.repeat(64) };
  const ids = [1, 2, 3, 4].map(() => scene.ids.next('asset'));
  const [document = '', plan = '', markdown = '', calendar = ''] = ids;
  return await scene.steps.succeed(lease, {
    output: { of: 'workbook' },
    assets: ids.map((assetId) => ({ ...made, assetId, role: 'document' as const })),
    planVersion: { document, plan, markdown, calendar, pages: 5, sources: [{ index: 0, digest: 'd' }] },
  });
}

async function madePlan(): Promise<{ readonly planId: string; readonly jobId: string }> {
  const jobId = await submit(firstVersion());
  expect(await finish(await readyForRoot(jobId))).toBe(true);
  const planId = (await jobOf(jobId)).planId ?? '';
  return { planId, jobId };
}

const jobOf = async (jobId: string) => {
  const row = await findJob(scene.database.executor, accountId, jobId);
  if (row === undefined) throw new Error('no job');
  return row;
};
const versionsOf = async (planId: string) =>
  (await listPlanVersions(scene.database.executor, planId)).map(({ version, baseVersion, jobId }) => ({
    version,
    baseVersion,
    jobId,
  }));

describe('a finished job', () => {
  test('makes a plan with version 1, which keeps the values that it was made from', async () => {
    const { planId, jobId } = await madePlan();
    expect(planId).toMatch(/^plan_/);
    expect(await jobOf(jobId)).toMatchObject({ status: 'succeeded', planId, planVersion: 1 });
    expect(await findPlan(scene.database.executor, accountId, planId)).toMatchObject({
      topic: 'Sailing',
      latestVersion: 1,
    });
    expect(await findPlanVersion(scene.database.executor, planId, 1)).toMatchObject({
      values: { weeklyHours: 3, skillLevel: 'beginner' },
      sources: [{ index: 0, digest: 'd' }],
      pages: 5,
    });
  });

  test('makes the next version with the merged values, and the first stays what it was', async () => {
    const { planId, jobId } = await madePlan();
    const next = await submit(await nextVersion(planId));
    expect(await jobOf(next)).toMatchObject({ planId, planVersion: 2 });
    await finish(await readyForRoot(next));
    expect(await versionsOf(planId)).toEqual([
      { version: 2, baseVersion: 1, jobId: next },
      { version: 1, baseVersion: null, jobId },
    ]);
    expect((await findPlanVersion(scene.database.executor, planId, 2))?.values).toMatchObject({
      weeklyHours: 4,
    });
    expect((await findPlanVersion(scene.database.executor, planId, 1))?.values).toMatchObject({
      weeklyHours: 3,
    });
  });

  test('makes one version when two workers have its last step: the one that lost it changes nothing (invariant 5)', async () => {
    const jobId = await submit(firstVersion());
    const stalled = await readyForRoot(jobId);
    const taken = await claim(jobId, 'workbook', 'worker_2');
    expect(await finish(stalled)).toBe(false);
    const both = await Promise.all([finish(taken), finish(taken), finish(stalled)]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await scene.sql('select * from plan_versions')).toHaveLength(1);
    expect(await scene.sql('select * from plans')).toHaveLength(1);
  });

  test('makes none when it fails or is cancelled', async () => {
    const failed = await submit(firstVersion());
    await scene.steps.fail(await readyForRoot(failed), unreadable);
    await cancelJob(scene.database, accountId, await submit(firstVersion()));
    expect(await scene.sql('select * from plans')).toEqual([]);
  });
});

test('a worker of an older build, which does not tell what it has made, cannot end a regeneration', async () => {
  const { planId } = await madePlan();
  const jobId = await submit(await nextVersion(planId));
  const lease = await readyForRoot(jobId);
  await expect(scene.steps.succeed(lease, { output: {}, assets: [] })).rejects.toThrow();
  expect(await finish(lease)).toBe(true);
  expect((await jobOf(jobId)).status).toBe('succeeded');
});

describe('one regeneration of a plan at a time', () => {
  test('of ten at once one is accepted, the others are told which one', async () => {
    const { planId } = await madePlan();
    const wanted = await nextVersion(planId);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => submit(wanted)));
    const accepted = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(accepted).toHaveLength(1);
    for (const each of outcomes) {
      if (each.status === 'rejected')
        expect(each.reason).toMatchObject({
          code: 'regeneration-conflict',
          facts: { planId, jobId: accepted[0] },
        });
    }
    expect(
      (
        await scene.sql<{ held: string }>(`select count(*) as held from credit_entries where kind = 'hold'`)
      )[0]?.held,
    ).toBe('2');
  });

  test('one whose values were read before another one ended is refused: it would undo what that one changed', async () => {
    const { planId } = await madePlan();
    const late = await nextVersion(planId, { skillLevel: 'advanced' });
    await finish(await readyForRoot(await submit(await nextVersion(planId))));
    await expect(submit(late)).rejects.toMatchObject({ code: 'regeneration-conflict', facts: { planId } });
    await submit(await nextVersion(planId, { skillLevel: 'advanced' }));
  });

  test('one that was cancelled makes room, and cannot be run again while another one runs, or once that has made the version', async () => {
    const { planId } = await madePlan();
    const first = await submit(await nextVersion(planId));
    await cancelJob(scene.database, accountId, first);
    const second = await submit(await nextVersion(planId));
    const retry = () => retryJob(scene.database, { accountId, jobId: first });
    await expect(retry()).rejects.toMatchObject({
      code: 'regeneration-conflict',
      facts: { planId, jobId: second },
    });
    await finish(await readyForRoot(second));
    await expect(retry()).rejects.toMatchObject({ code: 'regeneration-conflict' });
    expect((await versionsOf(planId)).map(({ version }) => version)).toEqual([2, 1]);
  });

  test('one that failed is run again, and makes its version then: there are no gaps', async () => {
    const { planId } = await madePlan();
    const jobId = await submit(await nextVersion(planId));
    await scene.steps.fail(await readyForRoot(jobId), unreadable);
    expect((await versionsOf(planId)).map(({ version }) => version)).toEqual([1]);
    await retryJob(scene.database, { accountId, jobId });
    expect(await finish(await readyForRoot(jobId))).toBe(true);
    expect((await versionsOf(planId)).map(({ version }) => version)).toEqual([2, 1]);
  });

  test('the same request with its key finds its job, also when the plan has gone on since', async () => {
    const { planId } = await madePlan();
    const keyed = { ...(await nextVersion(planId)), idempotencyKey: 'k' };
    const jobId = await submit(keyed);
    expect(await submitJob(scene.database, scene.ids, keyed)).toEqual({ jobId, replayed: true });
    await finish(await readyForRoot(jobId));
    const again = { ...(await nextVersion(planId)), idempotencyKey: 'k' };
    expect(await submitJob(scene.database, scene.ids, again)).toEqual({ jobId, replayed: true });
  });
});

test('a job whose plan is there is not run again for a source that was left out: a version does not change', async () => {
  await addAsset(scene, 'asset_note', accountId, 'text/plain');
  const jobId = await submit(firstVersion({ documents: [{ assetId: 'asset_note' }] }));
  await admit(jobId);
  await scene.steps.fail(await claim(jobId, 'ingest-0'), unreadable);
  for (const key of ['plan', 'curate'])
    await scene.steps.succeed(await claim(jobId, key), { output: {}, assets: [] });
  await finish(await claim(jobId, 'workbook'));
  expect((await jobOf(jobId)).status).toBe('succeeded');
  const { planId } = await jobOf(jobId);
  const refusal = { code: 'job-not-retryable', facts: { planId, version: 1 } };
  await expect(retryJob(scene.database, { accountId, jobId })).rejects.toMatchObject(refusal);
  const [letter] = await listDeadLetters(scene.database.executor, { limit: 1 });
  await expect(replayDeadLetter(scene.database, letter?.id ?? '')).rejects.toMatchObject(refusal);
});

test('what a version refers to cannot be deleted, nor the version changed; it outlives its job’s row', async () => {
  const { planId, jobId } = await madePlan();
  const row = await findPlanVersion(scene.database.executor, planId, 1);
  for (const asset of [row?.documentAssetId, row?.planAssetId, row?.markdownAssetId, row?.calendarAssetId])
    await expect(scene.sql('delete from assets where id = $1', [asset])).rejects.toMatchObject({
      code: '23503',
    });
  await expect(scene.sql('update plan_versions set pages = 6')).rejects.toThrow('do not change');
  // As retention would: the ledger alone keeps a job otherwise.
  await scene.sql('update plan_versions set job_id = null where job_id = $1', [jobId]);
  expect(await versionsOf(planId)).toEqual([{ version: 1, baseVersion: null, jobId: null }]);
});

test('an account sees its own plans alone, newest first', async () => {
  const { planId } = await madePlan();
  const { planId: second } = await madePlan();
  await openAccount(scene, 'acct_other', 0);
  const { executor } = scene.database;
  expect((await listPlans(executor, { accountId, limit: 10 })).map(({ id }) => id)).toEqual([second, planId]);
  expect((await listPlans(executor, { accountId, limit: 10, beforeId: second })).map(({ id }) => id)).toEqual(
    [planId],
  );
  expect(await listPlans(executor, { accountId: 'acct_other', limit: 10 })).toEqual([]);
  expect(await findPlan(executor, 'acct_other', planId)).toBeUndefined();
  expect(await findStoredPlanVersion(executor, 'acct_other', { planId })).toBeUndefined();
  expect(await findStoredPlanVersion(executor, accountId, { planId, version: 2 })).toBeUndefined();
});

/** What the recipe plans, in the order in which it runs. */
const keysOf = (plan: StepPlan): string[] => [...plan.children.flatMap(keysOf), plan.key];

test('where only dates change no document is read', async () => {
  const { planId } = await madePlan();
  expect(keysOf((await nextVersion(planId, { start: '2026-04-06' })).plan)).toEqual([
    'plan',
    'curate',
    'workbook',
  ]);
  const sources = { documents: [{ url: 'https://example.com/a' }] };
  expect(keysOf((await nextVersion(planId, sources)).plan)).toEqual([
    'ingest-0',
    'plan',
    'curate',
    'workbook',
  ]);
});
