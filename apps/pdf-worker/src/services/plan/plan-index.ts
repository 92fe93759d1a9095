import { type LearningPlan, type PlanTask, taskNumbers, tasksOf } from '@pressroom/plans';

/** What the sections look up: every task, and its number on the pages. */
export interface PlanIndex {
  readonly plan: LearningPlan;
  readonly tasks: ReadonlyMap<string, PlanTask>;
  readonly numbers: ReadonlyMap<string, string>;
}

export function indexOf(plan: LearningPlan): PlanIndex {
  return {
    plan,
    tasks: new Map(tasksOf(plan).map((task) => [task.id, task])),
    numbers: taskNumbers(plan),
  };
}
