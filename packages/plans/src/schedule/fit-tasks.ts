import type { PlanWeek } from '../plan.ts';
import { taskMinutes } from '../plan-draft.ts';
import { calendarWeeks } from './calendar.ts';
import { leastSitting, type SchedulableTask, scheduleTasks } from './schedule-tasks.ts';

export interface TimeFrame {
  /** ISO 8601 dates; the deadline is the last day. */
  readonly start: string;
  readonly deadline?: string | undefined;
  readonly weeklyMinutes: number;
}

/**
 * - `fits`: `minutes` of each task by its id, as they were or cut, altogether to `share` of what they were (1 when nothing was cut).
 * - `too-large`: not even with the least that the tasks may be cut to; `needed` is that.
 */
export type Fit =
  | {
      readonly kind: 'fits';
      readonly weeks: readonly PlanWeek[];
      readonly minutes: ReadonlyMap<string, number>;
      readonly share: number;
    }
  | { readonly kind: 'too-large'; readonly needed: number; readonly available: number };

/** Percent that every task may be cut to, one after the other; less would be another plan. */
const shares = [100, 95, 90, 85, 80, 75, 70, 65, 60, 55, 50];

/** Minutes that can be planned from the start to the deadline, or undefined without one. */
export function availableMinutes(frame: TimeFrame): number | undefined {
  if (frame.deadline === undefined) return undefined;
  return calendarWeeks(frame.start, frame.deadline, frame.weeklyMinutes).reduce(
    (sum, { minutes }) => sum + minutes,
    0,
  );
}

/**
 * Puts tasks onto the weeks of the frame; cuts all of them by the same share when they do not fit, and by no more than half. Pure.
 * Throws RangeError for less than {@link leastSitting} minutes a week.
 */
export function fitTasks(tasks: readonly SchedulableTask[], frame: TimeFrame): Fit {
  if (frame.weeklyMinutes < leastSitting)
    throw new RangeError(`A week needs ${leastSitting} minutes at least`);
  const weeks = calendarWeeks(frame.start, frame.deadline, frame.weeklyMinutes);
  const whole = tasks.reduce((sum, { minutes }) => sum + minutes, 0);
  let needed = 0;
  for (const share of shares) {
    const cut = tasks.map((task) => ({ ...task, minutes: cutTo(task.minutes, share) }));
    needed = cut.reduce((sum, { minutes }) => sum + minutes, 0);
    const scheduled = scheduleTasks(cut, weeks);
    if (scheduled === undefined) continue;
    return {
      kind: 'fits',
      weeks: scheduled,
      minutes: new Map(cut.map(({ id, minutes }) => [id, minutes])),
      share: whole === 0 ? 1 : needed / whole,
    };
  }
  return { kind: 'too-large', needed, available: weeks.reduce((sum, { minutes }) => sum + minutes, 0) };
}

/** In steps of five minutes, and never below what a task takes at least. */
function cutTo(minutes: number, share: number): number {
  if (share === 100) return minutes;
  return Math.min(minutes, Math.max(taskMinutes.least, Math.floor((minutes * share) / 500) * 5));
}
