import { PressroomError } from '@pressroom/domain';
import type { Citation } from '@pressroom/reports';
import { calendarIdOf, retiredSittings } from './export/sittings.ts';
import { type LearningPlan, type PlanTask, planSchema } from './plan.ts';
import type { PlanDraft } from './plan-draft.ts';
import { fitTasks } from './schedule/fit-tasks.ts';
import { identifyTasks } from './versions/identify-tasks.ts';

export interface PlanParts {
  /** Everything of the plan but what the draft and the schedule make. */
  readonly frame: Omit<
    LearningPlan,
    'version' | 'planVersion' | 'calendarId' | 'outcomes' | 'modules' | 'weeks' | 'retired'
  >;
  readonly draft: PlanDraft;
  /** The citation of a task's quotation, or undefined when it does not hold. */
  readonly cite: (quoted: { readonly passage: number; readonly quote: string }) => Citation | undefined;
  readonly after?: EarlierVersions | undefined;
}

/** What a later version of a plan comes after. */
export interface EarlierVersions {
  /** The version that this one is made from. */
  readonly base: LearningPlan;
  /** The one before this one, where that is another. */
  readonly newest?: LearningPlan | undefined;
  /** Which version this is. */
  readonly version: number;
}

/**
 * A draft with ids, dates and checked citations. Tasks that do not fit until the deadline are cut, which the remarks say. Throws
 * PressroomError `plan-does-not-fit` when half of their time would still be too much.
 */
export function assemblePlan({ frame, draft, cite, after: earlierVersion }: PlanParts): LearningPlan {
  const base = earlierVersion?.base;
  const ids = identifyTasks(draft, base);
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
      const minutes = fit.minutes.get(id) ?? task.minutes;
      return {
        id,
        title: task.title,
        description: task.description,
        minutes,
        ...(minutes === task.minutes ? {} : { uncutMinutes: task.minutes }),
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
    planVersion: earlierVersion?.version ?? 1,
    calendarId: base === undefined ? calendarIdOf(frame) : (base.calendarId ?? calendarIdOf(base)),
    outcomes: draft.outcomes,
    modules,
    weeks: fit.weeks,
    retired: base === undefined ? [] : retiredSittings(earlierVersion?.newest ?? base, fit.weeks),
    remarks: [...cutRemark, ...frame.remarks],
    dropped: { citations: frame.dropped.citations + droppedCitations },
  });
}

/** A task can only wait for one before it: whatever else a draft says would be a circle. */
function earlier(after: readonly number[], number: number): number[] {
  return [...new Set(after)].filter((each) => each < number);
}

function hours(minutes: number): string {
  return (Math.round(minutes / 6) / 10).toString();
}
