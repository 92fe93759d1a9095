/** Versions of a plan: which tasks are the same, what stays with them, and what is said to have changed. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import ICAL from 'ical.js';
import {
  addDays,
  assemblePlan,
  describeDiff,
  diffPlans,
  draftOfPlan,
  isEmptyDiff,
  keptResources,
  type LearningPlan,
  type PlanDraft,
  planCalendar,
  planDraftTask,
  planMarkdown,
  planSchema,
  type Resource,
  tasksOf,
} from '../src/index.ts';
import { draftOf, material, planOf } from './sample-plan.ts';

/** The next version, scheduled from the same draft or from another one. */
function nextOf(base: LearningPlan, change: Partial<LearningPlan> = {}, draft?: PlanDraft): LearningPlan {
  const again = draftOfPlan(base);
  return assemblePlan({
    draft: draft ?? again.draft,
    cite: draft === undefined ? again.cite : () => undefined,
    after: { base, version: base.planVersion + 1 },
    // What a frame has not is made anew.
    frame: { ...base, remarks: [], ...change },
  });
}

const resource = (title: string, change: Partial<Resource> = {}): Resource => ({
  title,
  foundBy: 'sources',
  document: 0,
  chunkId: `chunk-${title}`,
  explanation: 'A sentence.',
  isQuotation: true,
  ...change,
});

const withResources = (plan: LearningPlan, of: (index: number) => Resource[]): LearningPlan => {
  let index = 0;
  const modules = plan.modules.map((module) => ({
    ...module,
    tasks: module.tasks.map((task) => {
      index += 1;
      return { ...task, resources: of(index - 1) };
    }),
  }));
  return { ...plan, modules };
};

/** Modules and tasks with few names, so that they come twice and again in other drafts. */
const draftArbitrary: fc.Arbitrary<PlanDraft> = fc
  .array(
    fc.record({
      title: fc.constantFrom('Basics', 'Sails', ' sails ', 'Knots'),
      tasks: fc.array(
        fc.record({
          title: fc.constantFrom('Read', 'Try', 'TRY', 'Explain', 'Repeat'),
          description: fc.constantFrom('Do it.', 'Do it twice.'),
          minutes: fc.integer({ min: 10, max: 400 }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((modules) => ({
    outcomes: ['Sail'],
    modules: modules.map(({ title, tasks }) => ({
      title,
      outcomes: [],
      tasks: tasks.map((task) => ({ ...task, after: [], citations: [] })),
    })),
  }));
const frameArbitrary = fc.record({
  weeklyMinutes: fc.integer({ min: 60, max: 900 }),
  start: fc.integer({ min: 0, max: 300 }).map((days) => addDays('2026-01-01', days)),
  topic: fc.constantFrom('Sailing', 'Rowing'),
});
const planArbitrary = fc
  .tuple(draftArbitrary, frameArbitrary, fc.array(fc.array(fc.nat(3), { maxLength: 3 }), { maxLength: 20 }))
  .map(([draft, frame, titles]) =>
    withResources(planOf(draft, frame), (index) =>
      (titles[index] ?? []).map((title) => resource(`R${title}`)),
    ),
  );

describe('ids of tasks', () => {
  test('are never those of two tasks, and a task of the same module and title keeps its own', () => {
    fc.assert(
      fc.property(planArbitrary, draftArbitrary, (base, draft) => {
        const ids = tasksOf(nextOf(base, {}, draft)).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const same = tasksOf(nextOf(base)).map(({ id }) => id);
        expect(same).toEqual(tasksOf(base).map(({ id }) => id));
        expect(tasksOf(nextOf(base, {}, draft)).map(({ id }) => id)).toEqual(ids);
      }),
    );
  });

  test('stay when a module is renamed, or a task goes to another one, and are given to no other task', () => {
    const base = planOf(draftOf());
    const [vectors, matrices] = draftOf().modules;
    if (vectors === undefined || matrices === undefined) throw new Error('no modules');
    const before = new Map(tasksOf(base).map(({ title, id }) => [title, id]));
    const renamed = nextOf(
      base,
      {},
      {
        outcomes: ['x'],
        modules: [
          { ...vectors, title: 'Arrows' },
          {
            ...matrices,
            tasks: [
              {
                ...matrices.tasks[0],
                title: 'Something else',
                after: [],
                citations: [],
              } as PlanDraft['modules'][0]['tasks'][0],
              ...matrices.tasks.slice(1),
            ],
          },
        ],
      },
    );
    for (const { title, id } of tasksOf(renamed)) {
      if (title === 'Something else') expect([...before.values()]).not.toContain(id);
      else expect(id).toBe(before.get(title));
    }
  });

  test('of a title that comes twice are not guessed when the modules are others', () => {
    const task = { description: 'Do it.', minutes: 30, after: [], citations: [] };
    const two = (first: string, second: string): PlanDraft => ({
      outcomes: ['x'],
      modules: [first, second].map((title) => ({
        title,
        outcomes: [],
        tasks: [{ ...task, title: 'Review' }],
      })),
    });
    const base = planOf(two('A', 'B'));
    const known = tasksOf(base).map(({ id }) => id);
    for (const { id } of tasksOf(nextOf(base, {}, two('C', 'D')))) expect(known).not.toContain(id);
  });
});

describe('the same draft again', () => {
  test('takes its whole time again when there is more of it', () => {
    const whole = planOf(draftOf());
    const cut = planOf(draftOf(), { weeklyMinutes: 60, deadline: '2026-03-22' });
    expect(cut.remarks[0]).toMatch(/was cut to/);
    const again = nextOf(cut, { deadline: undefined, weeklyMinutes: 300 });
    expect(tasksOf(again).map(({ minutes }) => minutes)).toEqual(
      tasksOf(whole).map(({ minutes }) => minutes),
    );
    expect(tasksOf(again).some((task) => 'uncutMinutes' in task)).toBe(false);
  });

  test('keeps citations, order and needs', () => {
    const base = planOf(draftOf());
    const again = nextOf(base, { weeklyMinutes: 90 });
    expect(again.modules).toEqual(base.modules);
    expect(planSchema.parse(JSON.parse(JSON.stringify(again)))).toEqual(again);
  });
});

describe('the difference between two versions', () => {
  test('of a version and itself is nothing', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        expect(isEmptyDiff(diffPlans(plan, structuredClone(plan)))).toBe(true);
        expect(describeDiff(diffPlans(plan, plan))).toEqual([expect.objectContaining({ title: 'Nothing' })]);
      }),
    );
  });

  test('has the same things added one way and removed the other', () => {
    fc.assert(
      fc.property(planArbitrary, draftArbitrary, frameArbitrary, (base, draft, frame) => {
        const next = nextOf(base, frame, draft);
        const [there, back] = [diffPlans(base, next), diffPlans(next, base)];
        expect(back.tasks.added).toEqual(there.tasks.removed);
        expect(back.tasks.removed).toEqual(there.tasks.added);
        for (const part of ['documents', 'outcomes', 'modules', 'resources'] as const) {
          expect(back[part].added).toEqual(there[part].removed);
          expect(back[part].removed).toEqual(there[part].added);
        }
        const turned = there.settings.map(({ field, from, to }) => ({ field, from: to, to: from }));
        expect(back.settings).toEqual(turned);
        expect(back.tasks.moved.map(({ id }) => id).sort()).toEqual(
          there.tasks.moved.map(({ id }) => id).sort(),
        );
        expect(back.tasks.changed.map(({ id }) => id).sort()).toEqual(
          there.tasks.changed.map(({ id }) => id).sort(),
        );
      }),
    );
  });

  test('adds up: the earlier version less what is gone plus what is new is the later one', () => {
    fc.assert(
      fc.property(planArbitrary, draftArbitrary, (base, draft) => {
        const next = nextOf(base, {}, draft);
        const { tasks, modules, resources, counts } = diffPlans(base, next);
        expect(counts.kept + tasks.removed.length).toBe(counts.before);
        expect(counts.kept + tasks.added.length).toBe(counts.after);
        expect(base.modules.length - modules.removed.length + modules.added.length).toBe(next.modules.length);
        const count = (plan: LearningPlan) => tasksOf(plan).flatMap((task) => task.resources).length;
        expect(count(base) - resources.removed.length + resources.added.length).toBe(count(next));
        const gone = new Set(tasks.removed.map(({ id }) => id));
        const ids = tasksOf(base)
          .map(({ id }) => id)
          .filter((id) => !gone.has(id));
        const added = tasks.added.map(({ id }) => id);
        expect([...ids, ...added].sort()).toEqual(
          tasksOf(next)
            .map(({ id }) => id)
            .sort(),
        );
        const minutes = [...tasks.changed].reduce(
          (sum, each) => sum + (each.minutes ? each.minutes.to - each.minutes.from : 0),
          0,
        );
        const total = (list: readonly { minutes: number }[]) =>
          list.reduce((sum, each) => sum + each.minutes, 0);
        expect(counts.minutesBefore + minutes - total(tasks.removed) + total(tasks.added)).toBe(
          counts.minutesAfter,
        );
      }),
    );
  });

  test('says what moved to other weeks, in words that every form of the plan has', () => {
    const base = planOf(draftOf());
    const next = nextOf(base, { weeklyMinutes: 60, notes: 'Slowly' });
    const diff = diffPlans(base, next);
    expect(diff.settings).toEqual([
      { field: 'weeklyMinutes', from: '300', to: '60' },
      { field: 'notes', from: null, to: 'Slowly' },
    ]);
    expect(diff.tasks).toMatchObject({ added: [], removed: [], changed: [] });
    expect(diff.tasks.moved.length).toBeGreaterThan(0);
    const markdown = planMarkdown(next, base);
    expect(markdown).toContain('## What changed since version 1');
    expect(markdown).toContain('- Time a week: 1 h (was 5 h)');
    expect(markdown).toMatch(/- Moved: Products of vectors \(to weeks? \d.* from week/);
    expect(planMarkdown(next)).not.toContain('What changed');
  });
});

describe('resources', () => {
  const found = [
    resource('A'),
    resource('B', { document: 1, page: 2 }),
    resource('C', { url: 'https://c.example/', document: undefined, foundBy: 'search' }),
  ];
  const base = withResources(planOf(draftOf()), (index) =>
    index === 0 ? found : index === 1 ? [resource('D')] : [],
  );
  const sources = [
    { index: 0, digest: 'one' },
    { index: 1, digest: 'two' },
  ];
  const [first = '', second = ''] = tasksOf(base).map(({ id }) => id);

  test('stay with the tasks that did not change', () => {
    const kept = keptResources(nextOf(base, { weeklyMinutes: 60 }), { plan: base, sources }, sources);
    expect(kept).toEqual(
      new Map([
        [first, found],
        [second, [resource('D')]],
      ]),
    );
  });

  test('go with a task that is described anew, with another language, and with a document that is gone', () => {
    const draft = draftOfPlan(base).draft;
    const [module] = draft.modules;
    if (module?.tasks[0] !== undefined) module.tasks[0].description = 'Something else.';
    expect([...keptResources(nextOf(base, {}, draft), { plan: base, sources }, sources).keys()]).toEqual([
      second,
    ]);
    expect(keptResources(nextOf(base, { language: 'de' }), { plan: base, sources }, sources).size).toBe(0);
    const without = keptResources(nextOf(base), { plan: base, sources }, [{ index: 0, digest: 'two' }]);
    expect(without).toEqual(new Map([[first, [resource('B', { document: 0, page: 2 }), found[2]]]]));
  });
});

describe('the calendar of a later version', () => {
  const eventsOf = (plan: LearningPlan) =>
    new ICAL.Component(ICAL.parse(planCalendar(plan)) as unknown[])
      .getAllSubcomponents('vevent')
      .map((event) => ({
        uid: String(event.getFirstPropertyValue('uid')),
        sequence: Number(event.getFirstPropertyValue('sequence')),
        isOff: event.getFirstPropertyValue('status') === 'CANCELLED',
      }));

  test('has the same events with a higher sequence, also with another topic and start', () => {
    const base = planOf(draftOf());
    const next = nextOf(base, { topic: 'Vectors', start: '2026-05-04' });
    expect(eventsOf(next).map(({ uid }) => uid)).toEqual(eventsOf(base).map(({ uid }) => uid));
    expect(eventsOf(base).every(({ sequence, isOff }) => sequence === 0 && !isOff)).toBe(true);
    expect(eventsOf(next).every(({ sequence }) => sequence === 1)).toBe(true);
    expect(eventsOf(planOf(draftOf(), { weeklyMinutes: 240 }))[0]?.uid).not.toBe(eventsOf(base)[0]?.uid);
  });

  test('whoever imports any versions one after the other has the sittings of the last one, and no other', () => {
    fc.assert(
      fc.property(
        planArbitrary,
        fc.array(fc.tuple(draftArbitrary, frameArbitrary, fc.boolean()), { minLength: 1, maxLength: 4 }),
        (first, changes) => {
          const calendar = new Map<string, { sequence: number; isOff: boolean }>();
          let plan = first;
          const take = (): void => {
            for (const { uid, ...event } of eventsOf(plan)) {
              expect(event.sequence).toBeGreaterThan(calendar.get(uid)?.sequence ?? -1);
              calendar.set(uid, event);
            }
          };
          take();
          for (const [index, [draft, frame, isImported]] of changes.entries()) {
            plan = nextOf(plan, frame, draft);
            if (isImported || index === changes.length - 1) take();
          }
          const shown = [...calendar].filter(([, { isOff }]) => !isOff).map(([uid]) => uid);
          const wanted = eventsOf(plan)
            .filter(({ isOff }) => !isOff)
            .map(({ uid }) => uid);
          expect(shown.sort()).toEqual(wanted.sort());
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a model is shown the plan that there is, between marks, with as much of it as has room', () => {
  const { draft } = draftOfPlan(planOf(draftOf()));
  const task = planDraftTask(material, draft);
  for (const { title, tasks } of draft.modules) {
    expect(task.prompt).toContain(`Module: ${title}`);
    for (const each of tasks)
      expect(task.prompt).toContain(`- Task: ${each.title} (${each.minutes} minutes)\n  ${each.description}`);
  }
  expect(planDraftTask(material).prompt).not.toContain('Module: ');
  // The offline provider cannot use it: the same wishes stay the same order.
  expect(task.material).toEqual(planDraftTask(material).material);
  const [module] = draft.modules;
  const [one] = module?.tasks ?? [];
  if (module === undefined || one === undefined) throw new Error('no task');
  const large = {
    modules: Array.from({ length: 24 }, () => ({
      ...module,
      tasks: Array.from({ length: 16 }, () => ({ ...one, description: 'x >>> '.repeat(300) })),
    })),
  };
  const { prompt } = planDraftTask({ ...material, passages: [] }, large);
  expect(prompt.length).toBeLessThan(120_000);
  expect(prompt.match(/- Task: /g)).toHaveLength(24 * 16);
  expect(prompt).not.toMatch(/x >>>/);
});

test('of very many changes so many are told that they can be read, and how many more there are', () => {
  const tasks = Array.from({ length: 16 }, (_, index) => ({
    title: `Task ${index}`,
    description: 'Do it.',
    minutes: 60,
    after: [],
    citations: [],
  }));
  const modules = Array.from({ length: 8 }, (_, index) => ({ title: `Part ${index}`, outcomes: [], tasks }));
  const base = planOf({ outcomes: ['x'], modules });
  const next = nextOf(base, { weeklyMinutes: 90, notes: 'word '.repeat(400) });
  const diff = diffPlans(base, next);
  expect(diff.tasks.moved.length).toBeGreaterThan(100);
  for (const { lines } of describeDiff(diff)) {
    expect(lines.length).toBeLessThanOrEqual(40);
    for (const line of lines) expect(line.length).toBeLessThan(400);
  }
  expect(planMarkdown(next, base)).toContain(`- And ${diff.tasks.moved.length - 39} more.`);
});
