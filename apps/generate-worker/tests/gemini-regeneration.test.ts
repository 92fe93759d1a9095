/** New versions of a plan with the real adapter of Gemini over HTTP: what it is shown of the version before, and what is not bought again. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { armFaultPoints, type FaultPoint, type PlanBase, type WritePlanInput } from '@pressroom/domain';
import { draftOfPlan, type LearningPlan, type PlanDraft, tasksOf } from '@pressroom/plans';
import { type GeminiScene, openGeminiScene, promptOf } from './gemini-scene.ts';
import type { CuratedPlan } from './report-scene.ts';

let scene: GeminiScene;
let job: Awaited<ReturnType<GeminiScene['openJob']>>;
let first: CuratedPlan;

beforeAll(async () => {
  scene = await openGeminiScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  job = await scene.openJob({ embedded: false });
  first = await job.runCurate((await job.runWritePlan()).output);
  scene.forgetCalls();
});
afterEach(() => armFaultPoints(undefined));

const redraft = (base: PlanBase): WritePlanInput['regeneration'] => ({ version: 2, base, isRedrafted: true });
const datesOnly = (base: PlanBase): WritePlanInput['regeneration'] => ({
  version: 2,
  base,
  isRedrafted: false,
});
const idsOf = (plan: LearningPlan): string[] => tasksOf(plan).map(({ id }) => id);

/** What the model is made to answer: the tasks of the plan but for one, which is another now. */
function draftWithOneOther(plan: LearningPlan): PlanDraft {
  const { draft } = draftOfPlan(plan);
  const modules = draft.modules.map((module) => ({
    ...module,
    tasks: module.tasks.map((task, index) => ({
      ...task,
      citations: [],
      ...(index === 1 ? { title: 'Test the river', description: 'Nitrate in the river, every week.' } : {}),
    })),
  }));
  return { ...draft, modules };
}

/** The next time that this point is reached, its process is as good as dead. */
function dieOnceAt(point: FaultPoint): void {
  let died = false;
  armFaultPoints((reached) => {
    if (reached !== point || died) return Promise.resolve();
    died = true;
    return Promise.reject(new Error(`died at ${point}`));
  });
}

describe('where more than dates changes', () => {
  test('the model is shown the modules and tasks that there are, and those that it keeps have their ids and resources still', async () => {
    const regeneration = redraft(first.base);
    const { output, plan } = await job.runWritePlan({ notes: 'I know pumps already.', regeneration });
    expect(output).toMatchObject({ calls: 1, saved: 0 });
    expect(scene.calls()).toHaveLength(1);
    const prompt = promptOf(scene.calls()[0]);
    for (const words of ['has this plan already', 'I know pumps already.', 'Module: Part 1']) {
      expect(prompt).toContain(words);
    }
    for (const { title, description, minutes } of tasksOf(first.plan)) {
      expect(prompt).toContain(`- Task: ${title} (${minutes} minutes)\n  ${description}`);
    }
    expect(plan.planVersion).toBe(2);
    expect(plan.calendarId).toBe(first.plan.calendarId);
    expect(idsOf(plan)).toEqual(idsOf(first.plan));
    const curated = await job.runCurate(output, first.base);
    expect(curated.output).toMatchObject({ resources: first.output.resources, kept: first.output.resources });
    expect(first.output.resources).toBeGreaterThan(0);
    expect(curated.free).toBe(true);
    expect(curated.plan.modules).toEqual(first.plan.modules);
  });

  test('a task that it replaces is new, with resources of its own; the others are as they were', async () => {
    scene.gemini.objects.enqueue({ kind: 'written', object: draftWithOneOther(first.plan) });
    const { output, plan } = await job.runWritePlan({
      notes: 'More tests.',
      regeneration: redraft(first.base),
    });
    const [one, two, three] = idsOf(first.plan);
    expect(idsOf(plan)).toEqual([one, expect.not.stringMatching(two ?? ''), three]);
    const curated = await job.runCurate(output, first.base);
    const [, b, c] = tasksOf(curated.plan);
    expect(c?.resources).toEqual(tasksOf(first.plan)[2]?.resources);
    expect(c?.resources.length).toBeGreaterThan(0);
    expect(b?.resources.length).toBeGreaterThan(0);
    expect(curated.output.kept).toBeLessThan(curated.output.resources);
    expect(curated.free).toBe(false);
    expect(curated.markdown).toContain('## What changed since version 1');
    expect(curated.markdown).toContain('- New: Test the river (Part 1, 1 h, week');
    expect(curated.markdown).toContain('- Notes: More tests. (there was none)');
  });

  test('a process that dies in between, and a job that is tried again, buy nothing twice (invariant 4)', async () => {
    const wish = { notes: 'Do not buy it twice.', regeneration: redraft(first.base) };
    dieOnceAt('generate.stored');
    await expect(job.runWritePlan(wish)).rejects.toThrow('died at');
    const { output, plan } = await job.runWritePlan(wish);
    expect(output).toMatchObject({ calls: 0, saved: 1 });
    expect(idsOf(plan)).toEqual(idsOf(first.plan));
    dieOnceAt('generate.stored');
    await expect(job.runCurate(output, first.base)).rejects.toThrow('died at');
    const curated = await job.runCurate(output, first.base);
    expect(curated.plan.modules).toEqual(first.plan.modules);
    expect(scene.calls()).toHaveLength(1);
    expect(await job.usage()).toMatchObject({ made: 2, saved: 1 });
  });
});

describe('where only dates change', () => {
  test('no model is asked and nothing is read: the same tasks stand in other weeks', async () => {
    const { output, plan } = await job.runWritePlan({
      weeklyMinutes: 60,
      start: '2026-05-04',
      regeneration: datesOnly(first.base),
    });
    expect(scene.calls()).toEqual([]);
    expect(output).toMatchObject({
      calls: 0,
      saved: 0,
      provider: 'gemini',
      model: 'text-model',
      sources: first.base.sources,
      skipped: [],
    });
    expect(plan).toMatchObject({
      method: 'generated',
      weeklyMinutes: 60,
      start: '2026-05-04',
      planVersion: 2,
      documents: first.plan.documents,
    });
    expect(plan.remarks).toEqual([
      'Only the dates were worked out anew: modules and tasks are those of version 1.',
    ]);
    expect(plan.weeks.length).toBeGreaterThan(first.plan.weeks.length);
    const curated = await job.runCurate(output, first.base);
    expect(curated.plan.modules).toEqual(first.plan.modules);
    expect(curated.free).toBe(true);
  });

  test('what does not fit is refused with what it needs, and an altered version is not built on', async () => {
    const hopeless = { weeklyMinutes: 60, deadline: '2026-03-08', regeneration: datesOnly(first.base) };
    await expect(job.runWritePlan(hopeless)).rejects.toMatchObject({ code: 'plan-does-not-fit' });
    const altered = { ...first.base, plan: { ...first.base.plan, sha256: '0'.repeat(64) } };
    await expect(job.runWritePlan({ regeneration: datesOnly(altered) })).rejects.toMatchObject({
      code: 'asset-altered',
    });
    expect(scene.calls()).toEqual([]);
  });
});
