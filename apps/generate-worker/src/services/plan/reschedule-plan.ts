import type { WritePlanInput } from '@pressroom/domain';
import {
  assemblePlan,
  availableMinutes,
  draftOfPlan,
  type EarlierVersions,
  type LearningPlan,
  type PlanDraft,
  scaffoldPlan,
} from '@pressroom/plans';
import { frameOf, remarksOn } from './plan-frame.ts';

/**
 * The same modules and tasks in another time, with their citations: nothing is read and nobody is asked. A scaffold has shares of the time that
 * there is, and is made anew from them. Errors: `plan-does-not-fit`.
 */
export function reschedulePlan(input: WritePlanInput, after: EarlierVersions): LearningPlan {
  const { base } = after;
  const { draft, cite } = draftOfPlan(base);
  const { method, makers, documents, dropped } = base;
  return assemblePlan({
    draft: method === 'scaffold' ? scaffoldFor(input) : draft,
    cite,
    after,
    frame: {
      ...frameOf(input),
      method,
      makers,
      documents,
      dropped,
      remarks: [
        ...remarksOn(input, documents, method),
        `Only the dates were worked out anew: modules and tasks are those of version ${base.planVersion}.`,
      ],
    },
  });
}

function scaffoldFor(input: WritePlanInput): PlanDraft {
  return scaffoldPlan({
    ...input,
    availableMinutes: availableMinutes(input),
    documents: [],
    sections: [],
    passages: [],
  });
}
