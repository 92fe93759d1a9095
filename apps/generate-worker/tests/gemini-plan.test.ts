/** The writing of a plan with the real adapter of Gemini over HTTP, and a model that cites and orders wrongly and breaks its JSON. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ObjectBehaviour } from '@pressroom/ai/gemini-stand-in';
import { type LearningPlan, tasksOf } from '@pressroom/plans';
import { complaintIn, type GeminiScene, openGeminiScene, promptOf, waterTexts } from './gemini-scene.ts';

let scene: GeminiScene;
let job: Awaited<ReturnType<GeminiScene['openJob']>>;

beforeAll(async () => {
  scene = await openGeminiScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  job = await scene.openJob({ embedded: false });
});

/** Every citation's words stand in the chunk that it names, and no week has more than its minutes. */
async function expectSound(plan: LearningPlan): Promise<void> {
  for (const { citations } of tasksOf(plan)) {
    for (const { chunkId, quote } of citations) expect(await job.chunkText(chunkId)).toContain(quote);
  }
  for (const { entries } of plan.weeks) {
    expect(entries.reduce((sum, { minutes }) => sum + minutes, 0)).toBeLessThanOrEqual(plan.weeklyMinutes);
  }
}

test('a plan takes one streamed call that has the wishes, the schema and the passages in it', async () => {
  const { output, plan } = await job.runWritePlan({ notes: 'I know pumps already.', deadline: '2026-06-01' });
  expect(output).toMatchObject({ provider: 'gemini', model: 'text-model', calls: 1, saved: 0, tasks: 3 });
  expect(plan).toMatchObject({
    method: 'generated',
    makers: [{ provider: 'gemini', model: 'text-model' }],
    remarks: [],
    dropped: { citations: 0 },
  });
  expect(tasksOf(plan).map(({ citations }) => citations.length)).toEqual([1, 1, 1]);
  // 60 minutes each, two of them a week, and each after the one before.
  expect(plan.weeks.filter(({ entries }) => entries.length > 0).map(({ entries }) => entries.length)).toEqual(
    [2, 1],
  );
  await expectSound(plan);
  const [call] = scene.calls();
  expect(scene.calls()).toHaveLength(1);
  expect(Object.keys(call?.generationConfig.responseSchema.properties ?? {})).toContain('modules');
  for (const words of [...waterTexts, 'The water works', 'I know pumps already.', '120 minutes a week']) {
    expect(promptOf(call)).toContain(words);
  }
});

test('the same again is found, and not bought', async () => {
  const first = await job.runWritePlan();
  const again = await job.runWritePlan();
  expect(again.output).toMatchObject({ calls: 0, saved: 1 });
  expect(again.plan).toEqual(first.plan);
  expect(scene.calls()).toHaveLength(1);
  expect(await job.usage()).toMatchObject({ made: 1, saved: 1 });
});

describe('what a failed call cost', () => {
  // There are no prices in this scene: whatever took something is of unknown price.
  test.each([
    ['is nothing where Gemini only says that it failed', { kind: 'status', status: 500 }, 0],
    ['is nothing where it asks to wait', { kind: 'throttle' }, 0],
    ['is not known where the answer was cut in the middle', { kind: 'cut-mid-answer' }, 1],
    ['is not known where the connection was lost after the question', { kind: 'cut-connection' }, 1],
    ['is not known where the answer ended too early', { kind: 'early-end' }, 1],
  ] as const)('%s', async (_, behaviour, unpricedCalls) => {
    scene.gemini.objects.enqueue(behaviour);
    await expect(job.runWritePlan()).rejects.toMatchObject({ name: 'PressroomError' });
    expect(await job.usage()).toMatchObject({ made: 1, micros: 0, unpricedCalls });
    await scene.reports.forgetProviders();
  });
});

describe('an answer with a wrong content is sent back once', () => {
  test('a citation whose words are not in its passage is put right', async () => {
    scene.gemini.objects.enqueue({ kind: 'bad-citation' });
    const { output, plan } = await job.runWritePlan();
    expect(complaintIn(scene.calls()[1])).toMatch(/Task “.*never written.*not in that passage/s);
    expect(output).toMatchObject({ calls: 2, tasks: 3 });
    expect(plan.dropped).toEqual({ citations: 0 });
    await expectSound(plan);
  });

  test('one that is not there the second time either is dropped and counted, and its task stays', async () => {
    scene.gemini.objects.enqueue({ kind: 'bad-citation' }, { kind: 'bad-citation' });
    const { output, plan } = await job.runWritePlan();
    expect(scene.calls()).toHaveLength(2);
    expect(output).toMatchObject({ calls: 2, tasks: 3 });
    expect(plan.dropped).toEqual({ citations: 1 });
    expect(tasksOf(plan).map(({ citations }) => citations.length)).toEqual([0, 1, 1]);
    await expectSound(plan);
  });

  test('a task that waits for a later one is put right', async () => {
    scene.gemini.objects.enqueue({ kind: 'bad-citation' });
    const { output } = await job.runWritePlan({ documents: [] });
    expect(complaintIn(scene.calls()[1])).toMatch(/Task 0 “.*task 2 does not come before it/s);
    expect(output).toMatchObject({ calls: 2, tasks: 3 });
  });

  test('or, when it is there again, no longer waits: a plan has no circles', async () => {
    scene.gemini.objects.enqueue({ kind: 'bad-citation' }, { kind: 'bad-citation' });
    const { plan } = await job.runWritePlan({ documents: [] });
    expect(scene.calls()).toHaveLength(2);
    const tasks = tasksOf(plan);
    expect(tasks.map(({ after }) => after)).toEqual([[], [tasks[0]?.id], [tasks[1]?.id]]);
  });
});

test.each<[ObjectBehaviour['kind'] & ('broken-json' | 'wrong-shape'), RegExp]>([
  ['broken-json', /no complete JSON/],
  ['wrong-shape', /modules: /],
])('an answer of %s is sent back once, and named when it comes again', async (kind, words) => {
  scene.gemini.objects.enqueue({ kind });
  expect((await job.runWritePlan()).output).toMatchObject({ calls: 2, tasks: 3 });
  expect(complaintIn(scene.calls()[1])).toMatch(words);
  scene.gemini.objects.enqueue({ kind }, { kind });
  await expect(job.runWritePlan({ topic: 'Another topic' })).rejects.toMatchObject({
    code: 'provider-malformed-answer',
    facts: { task: 'plan-draft' },
  });
  expect(scene.calls()).toHaveLength(4);
});

test('a plan that does not fit is cut while half of its time is enough', async () => {
  const { plan } = await job.runWritePlan({ deadline: '2026-03-08' });
  expect(plan.remarks).toEqual([expect.stringMatching(/^The time of every task was cut to 67 %/)]);
  expect(plan.weeks).toHaveLength(1);
  await expectSound(plan);
});

test('and refused with what it needs when it is not', async () => {
  await expect(job.runWritePlan({ deadline: '2026-03-08', weeklyMinutes: 60 })).rejects.toMatchObject({
    code: 'plan-does-not-fit',
    facts: { neededMinutes: 90, availableMinutes: 60 },
  });
  expect(promptOf(scene.calls()[0])).toContain('All tasks together may take 60 minutes at most');
});

test.each<[string, ObjectBehaviour, object]>([
  ['a blocked prompt', { kind: 'prompt-blocked' }, { code: 'safety-blocked' }],
  ['an answer blocked as unsafe', { kind: 'finish', reason: 'SAFETY' }, { code: 'safety-blocked' }],
  ['a stream that is cut', { kind: 'cut-mid-answer' }, { code: 'provider-unavailable' }],
  [
    'a request to wait',
    { kind: 'throttle', retryDelay: '33s' },
    { code: 'provider-throttled', retryAfterMs: 33_000 },
  ],
])('%s is named, after one call', async (_, behaviour, error) => {
  scene.gemini.objects.enqueue(behaviour);
  await expect(job.runWritePlan()).rejects.toMatchObject(error);
  expect(scene.calls()).toHaveLength(1);
  await scene.reports.forgetProviders();
});
