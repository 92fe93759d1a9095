import type { PlanDiff } from '@pressroom/domain';
import { type LearningPlan, type PlanTask, type Resource, tasksOf } from '../plan.ts';

const settings = [
  'topic',
  'skillLevel',
  'learningStyle',
  'weeklyMinutes',
  'start',
  'deadline',
  'notes',
  'language',
] as const;

interface PlacedTask {
  readonly task: PlanTask;
  readonly module: string;
  readonly weeks: readonly number[];
}

/** What is different in the later of two versions. Tasks are the same by their ids, everything else by what it says. Pure. */
export function diffPlans(before: LearningPlan, after: LearningPlan): PlanDiff {
  const [old, now] = [placedTasks(before), placedTasks(after)];
  const both = [...now].flatMap(([id, to]) => {
    const from = old.get(id);
    return from === undefined ? [] : [{ id, from, to }];
  });
  return {
    settings: settings.flatMap((field) => {
      const [from, to] = [said(before[field]), said(after[field])];
      return from === to ? [] : [{ field, from, to }];
    }),
    documents: bothWays(before.documents.map(nameOf), after.documents.map(nameOf)),
    outcomes: bothWays(before.outcomes, after.outcomes),
    modules: bothWays(titlesOf(before), titlesOf(after)),
    tasks: {
      added: [...now].filter(([id]) => !old.has(id)).map(toTask),
      removed: [...old].filter(([id]) => !now.has(id)).map(toTask),
      moved: both
        .filter(({ from, to }) => from.module !== to.module || from.weeks.join() !== to.weeks.join())
        .map(({ id, from, to }) => ({ id, title: to.task.title, from: placeOf(from), to: placeOf(to) })),
      changed: both.flatMap(({ id, from, to }) => changeOf(id, from.task, to.task)),
    },
    resources: diffResources(before, after),
    counts: {
      before: old.size,
      kept: both.length,
      after: now.size,
      minutesBefore: minutesOf(before),
      minutesAfter: minutesOf(after),
    },
  };
}

/** True when nothing is different. */
export function isEmptyDiff({
  settings: changed,
  documents,
  outcomes,
  modules,
  tasks,
  resources,
}: PlanDiff): boolean {
  const lists = [documents, outcomes, modules, tasks, resources].flatMap((each) => [
    each.added,
    each.removed,
  ]);
  return [changed, tasks.moved, tasks.changed, ...lists].every((list) => list.length === 0);
}

function placedTasks(plan: LearningPlan): ReadonlyMap<string, PlacedTask> {
  const weeks = new Map<string, number[]>();
  for (const { number, entries } of plan.weeks)
    for (const { taskId } of entries) weeks.set(taskId, [...(weeks.get(taskId) ?? []), number]);
  return new Map(
    plan.modules.flatMap((module) =>
      module.tasks.map(
        (task) => [task.id, { task, module: module.title, weeks: [...new Set(weeks.get(task.id))] }] as const,
      ),
    ),
  );
}

function toTask([id, { task, module, weeks }]: readonly [
  string,
  PlacedTask,
]): PlanDiff['tasks']['added'][number] {
  return { id, title: task.title, module, minutes: task.minutes, weeks: [...weeks] };
}

function placeOf({ module, weeks }: PlacedTask): PlanDiff['tasks']['moved'][number]['from'] {
  return { module, weeks: [...weeks] };
}

function changeOf(id: string, from: PlanTask, to: PlanTask): PlanDiff['tasks']['changed'] {
  const minutes = from.minutes === to.minutes ? null : { from: from.minutes, to: to.minutes };
  const description =
    from.description === to.description ? null : { from: from.description, to: to.description };
  return minutes === null && description === null ? [] : [{ id, title: to.title, minutes, description }];
}

function diffResources(before: LearningPlan, after: LearningPlan): PlanDiff['resources'] {
  const listed = (plan: LearningPlan) =>
    tasksOf(plan).flatMap((task) =>
      task.resources.map((resource) => ({
        key: JSON.stringify([task.id, keyOf(resource)]),
        shown: { taskId: task.id, task: task.title, title: resource.title, url: resource.url ?? null },
      })),
    );
  const { added, removed } = bothWays(listed(before), listed(after), ({ key }) => key);
  return { added: added.map(({ shown }) => shown), removed: removed.map(({ shown }) => shown) };
}

/** The same place in the same document, or the same address. */
function keyOf({ url, chunkId, title }: Resource): unknown {
  return [url, chunkId, title];
}

/** What is on one side more often than on the other, so that before less removed plus added is after. */
function bothWays<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keyOfItem: (item: Item) => unknown = (item) => item,
): { added: Item[]; removed: Item[] } {
  return { added: beyond(after, before, keyOfItem), removed: beyond(before, after, keyOfItem) };
}

function beyond<Item>(
  items: readonly Item[],
  others: readonly Item[],
  keyOfItem: (item: Item) => unknown,
): Item[] {
  const left = new Map<unknown, number>();
  for (const other of others) left.set(keyOfItem(other), (left.get(keyOfItem(other)) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(keyOfItem(item)) ?? 0;
    left.set(keyOfItem(item), count - 1);
    return count <= 0;
  });
}

function nameOf({ title, url, leftOut }: LearningPlan['documents'][number]): string {
  return `${title}${url === undefined || url === title ? '' : ` (${url})`}${leftOut === undefined ? '' : ', left out'}`;
}

function titlesOf({ modules }: LearningPlan): string[] {
  return modules.map(({ title }) => title);
}

function minutesOf(plan: LearningPlan): number {
  return tasksOf(plan).reduce((sum, { minutes }) => sum + minutes, 0);
}

function said(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value);
}
