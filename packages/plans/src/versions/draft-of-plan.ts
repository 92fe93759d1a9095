import type { Citation } from '@pressroom/reports';
import { type LearningPlan, tasksOf } from '../plan.ts';
import type { PlanDraft } from '../plan-draft.ts';

export interface DraftOfPlan {
  readonly draft: PlanDraft;
  readonly cite: (quoted: { readonly passage: number }) => Citation | undefined;
}

/** What a plan was scheduled from, to be scheduled again: every task with its uncut minutes, and its citations as they were checked. */
export function draftOfPlan(plan: LearningPlan): DraftOfPlan {
  const numbers = new Map(tasksOf(plan).map(({ id }, number) => [id, number]));
  const cited: Citation[] = [];
  const modules = plan.modules.map(({ title, outcomes, tasks }) => ({
    title,
    outcomes,
    tasks: tasks.map((task) => ({
      title: task.title,
      description: task.description,
      minutes: task.uncutMinutes ?? task.minutes,
      after: task.after.flatMap((id) => numbers.get(id) ?? []),
      citations: task.citations.map((citation) => ({
        passage: cited.push(citation) - 1,
        quote: citation.quote,
      })),
    })),
  }));
  return { draft: { outcomes: plan.outcomes, modules }, cite: ({ passage }) => cited[passage] };
}
