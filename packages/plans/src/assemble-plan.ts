import { createHash } from 'node:crypto';
import { PressroomError } from '@pressroom/domain';
import type { Citation } from '@pressroom/reports';
import { type LearningPlan, type PlanTask, planSchema } from './plan.ts';
import type { PlanDraft } from './plan-draft.ts';
import { fitTasks } from './schedule/fit-tasks.ts';

export interface PlanParts {
  /** Everything of the plan but what the draft and the schedule make. */
  readonly frame: Omit<LearningPlan, 'version' | 'outcomes' | 'modules' | 'weeks'>;
  readonly draft: PlanDraft;
  /** The citation of a task's quotation, or undefined when it does not hold. */
  readonly cite: (quoted: { readonly passage: number; readonly quote: string }) => Citation | undefined;
}

/**
 * A draft with ids, dates and checked citations. Tasks that do not fit until the deadline are cut, which the remarks say. Throws
 * PressroomError `plan-does-not-fit` when half of their time would still be too much.
 */
export function assemblePlan({ frame, draft, cite }: PlanParts): LearningPlan {
  const ids = taskIds(draft);
  const numbered = draft.modules.flatMap(({ tasks }) => tasks);
  const fit = fitTasks(
    numbered.map(({ minutes, after }, number) => ({
      id: ids[number] ?? '',
      minutes,
      after: earlier(after, number).map((each) => ids[each] ?? ''),
    })),
    frame,
  );
  if (fit.kind === 'too-large') {
    const { needed, available } = fit;
    throw new PressroomError(
      'plan-does-not-fit',
      `The plan needs ${hours(needed)} hours at the least, and ${hours(available)} can be had until the deadline`,
      { facts: { neededMinutes: needed, availableMinutes: available } },
    );
  }
  let droppedCitations = 0;
  let number = 0;
  const modules = draft.modules.map(({ title, outcomes, tasks }) => ({
    title,
    outcomes,
    tasks: tasks.map((task): PlanTask => {
      const own = number;
      number += 1;
      const citations = task.citations.map(cite).filter((citation) => citation !== undefined);
      droppedCitations += task.citations.length - citations.length;
      const id = ids[own] ?? '';
      return {
        id,
        title: task.title,
        description: task.description,
        minutes: fit.minutes.get(id) ?? task.minutes,
        after: earlier(task.after, own).map((each) => ids[each] ?? ''),
        citations,
        resources: [],
      };
    }),
  }));
  const cutRemark =
    fit.share === 1
      ? []
      : [
          `The time of every task was cut to ${Math.round(fit.share * 100)} % of what it would take, so that the plan ends by ${frame.deadline}.`,
        ];
  return planSchema.parse({
    ...frame,
    version: 1,
    outcomes: draft.outcomes,
    modules,
    weeks: fit.weeks,
    remarks: [...cutRemark, ...frame.remarks],
    dropped: { citations: frame.dropped.citations + droppedCitations },
  });
}

/** A task can only wait for one before it: whatever else a draft says would be a circle. */
function earlier(after: readonly number[], number: number): number[] {
  return [...new Set(after)].filter((each) => each < number);
}

/** Of module and task, so that a task which a later draft has again keeps its id. */
function taskIds({ modules }: PlanDraft): string[] {
  const times = new Map<string, number>();
  return modules.flatMap(({ title, tasks }) =>
    tasks.map((task) => {
      const words = [title, task.title].map((text) =>
        text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' '),
      );
      const digest = createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 12);
      const seen = (times.get(digest) ?? 0) + 1;
      times.set(digest, seen);
      return seen === 1 ? `task_${digest}` : `task_${digest}_${seen}`;
    }),
  );
}

function hours(minutes: number): string {
  return (Math.round(minutes / 6) / 10).toString();
}
