import { createHash } from 'node:crypto';
import { type LearningPlan, tasksOf } from '../plan.ts';
import type { PlanDraft } from '../plan-draft.ts';

interface NamedTask {
  readonly module: string;
  readonly title: string;
}

/**
 * An id for each task of a draft, in order. The base's task of the same module and title gives its id; then one of the same title,
 * where there is but one in each: its module was renamed, or it has moved to another. The ids of all others follow from module and
 * title, and none is one that another task of draft or base has.
 */
export function identifyTasks(draft: PlanDraft, base?: Pick<LearningPlan, 'modules'>): string[] {
  const wanted = namedTasks(draft.modules);
  const known = base === undefined ? [] : tasksOf(base);
  const ids: (string | undefined)[] = wanted.map(() => undefined);
  const names = base === undefined ? [] : namedTasks(base.modules);
  const left = new Map(names.map((name, index) => [index, name]));

  const takeOver = (keyOf: (task: NamedTask) => string, isUnique: boolean): void => {
    const open = wanted.flatMap((task, index) =>
      ids[index] === undefined ? [{ index, key: keyOf(task) }] : [],
    );
    const timesWanted = countOf(open.map(({ key }) => key));
    const timesLeft = countOf([...left.values()].map(keyOf));
    for (const { index, key } of open) {
      if (isUnique && (timesWanted.get(key) !== 1 || timesLeft.get(key) !== 1)) continue;
      const found = [...left].find(([, name]) => keyOf(name) === key);
      if (found === undefined) continue;
      left.delete(found[0]);
      ids[index] = known[found[0]]?.id;
    }
  };
  takeOver(({ module, title }) => JSON.stringify([module, title]), false);
  takeOver(({ title }) => title, true);

  const taken = new Set([...ids.filter((id) => id !== undefined), ...known.map(({ id }) => id)]);
  return wanted.map((task, index) => {
    const id = ids[index] ?? freeId(task, taken);
    taken.add(id);
    return id;
  });
}

function freeId({ module, title }: NamedTask, taken: ReadonlySet<string>): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([module, title]))
    .digest('hex')
    .slice(0, 12);
  let id = `task_${digest}`;
  for (let times = 2; taken.has(id); times += 1) id = `task_${digest}_${times}`;
  return id;
}

function namedTasks(
  modules: readonly { readonly title: string; readonly tasks: readonly { readonly title: string }[] }[],
): NamedTask[] {
  return modules.flatMap(({ title: module, tasks }) =>
    tasks.map(({ title }) => ({ module: comparable(module), title: comparable(title) })),
  );
}

/** As far as people see no difference. */
function comparable(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ');
}

function countOf(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
