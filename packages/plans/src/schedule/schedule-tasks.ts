import type { PlanWeek } from '../plan.ts';
import type { CalendarWeek } from './calendar.ts';

export interface SchedulableTask {
  readonly id: string;
  readonly minutes: number;
  /** Ids of tasks that end before it begins. */
  readonly after: readonly string[];
}

/** A shorter sitting is not worth opening the book for; only the end of a task may be shorter. */
export const leastSitting = 30;

/**
 * The tasks so that each comes after those that it needs, and otherwise as they were given: Kahn's algorithm, of all that could
 * come next the first one. A task that needs itself, by whatever way round, comes when only such tasks are left.
 */
export function orderTasks<Task extends SchedulableTask>(tasks: readonly Task[]): Task[] {
  const known = new Set(tasks.map(({ id }) => id));
  const done = new Set<string>();
  const left = [...tasks];
  const ordered: Task[] = [];
  while (left.length > 0) {
    const ready = left.findIndex(({ after }) => after.every((id) => done.has(id) || !known.has(id)));
    const [next] = left.splice(Math.max(0, ready), 1);
    if (next === undefined) break;
    done.add(next.id);
    ordered.push(next);
  }
  return ordered;
}

/**
 * Puts the tasks one after the other onto the weeks. A week never has more than its minutes; a task that is longer than what is left
 * of a week goes on in the next one. Undefined when the weeks do not hold them. Pure: the same tasks give the same weeks.
 */
export function scheduleTasks(
  tasks: readonly SchedulableTask[],
  weeks: readonly CalendarWeek[],
): readonly PlanWeek[] | undefined {
  const planned = weeks.map((week) => ({ week, left: week.minutes, entries: [] as Sitting[] }));
  let at = 0;
  for (const { id, minutes } of orderTasks(tasks)) {
    const sittings: Sitting[] = [];
    for (let left = minutes; left > 0; ) {
      const current = planned[at];
      if (current === undefined) return undefined;
      const sitting = Math.min(left, current.left);
      if (sitting < left && sitting < leastSitting) {
        at += 1;
        continue;
      }
      const entry = { taskId: id, minutes: sitting, part: sittings.length + 1, parts: 1 };
      sittings.push(entry);
      current.entries.push(entry);
      current.left -= sitting;
      left -= sitting;
    }
    for (const sitting of sittings) sitting.parts = sittings.length;
  }
  return planned
    .filter(({ entries }) => entries.length > 0)
    .map(({ week: { number, from, to }, entries }) => ({ number, from, to, entries }));
}

interface Sitting {
  readonly taskId: string;
  readonly minutes: number;
  readonly part: number;
  parts: number;
}
