import { answerTask, type PageAnswer, type PageTask } from '../pages/page-thread.ts';
import type { PlanContent, PlanSummary } from './plan-content.ts';
import { renderPlan } from './render-plan.ts';

/** What a thread of the pool runs. */
export default function setPlan(task: PageTask<PlanContent>): Promise<PageAnswer<PlanSummary>> {
  return answerTask(task, renderPlan);
}
