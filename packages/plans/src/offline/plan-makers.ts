import type { OfflineMaker } from '@pressroom/domain';
import type { DraftMaterial } from '../plan-draft.ts';
import { outlinePlan } from './outline-plan.ts';
import { scaffoldPlan } from './scaffold-plan.ts';

/** The tasks of a plan as the offline provider does them: along the sources, or with the steps that any topic has. */
export const planMakers = {
  // The material of a task is what the function of its name in `plan-draft.ts` was given.
  'plan-draft': {
    model: 'outline-1',
    make: (material) => {
      const given = material as DraftMaterial;
      return given.passages.length === 0 ? scaffoldPlan(given) : outlinePlan(given);
    },
  },
  // It has nothing to say of pages that it has not read: they keep what their searches say.
  'explain-resources': { model: 'none-1', make: () => ({ explanations: [] }) },
} as const satisfies Readonly<Record<string, OfflineMaker>>;
