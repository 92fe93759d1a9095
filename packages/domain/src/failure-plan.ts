import type { StepStatus } from './machines/step-machine.ts';
import type { OnItemFailure } from './recipes/recipe.ts';

export interface FailureStep {
  readonly stepId: string;
  readonly parentId: string | undefined;
  readonly itemIndex: number | undefined;
  readonly status: StepStatus;
}

/** What one step's final failure means for its job. */
export type FailurePlan =
  | { readonly kind: 'fail-job' }
  /** The rest of the item's steps, which have nothing left to work on. */
  | { readonly kind: 'leave-item-out'; readonly skip: readonly string[] };

/**
 * Decides what a step's final failure does: a step that serves the whole job ends it, and so does any step under `fail`.
 * Under `skip` the item is left out: its steps from the failed one upwards are skipped, up to the first ancestor that
 * serves more than this item.
 */
export function planFailure(
  steps: readonly FailureStep[],
  failedStepId: string,
  policy: OnItemFailure,
): FailurePlan {
  const byId = new Map(steps.map((step) => [step.stepId, step]));
  const failed = byId.get(failedStepId);
  if (failed?.itemIndex === undefined || policy === 'fail') return { kind: 'fail-job' };
  const skip: string[] = [];
  let ancestor = failed.parentId === undefined ? undefined : byId.get(failed.parentId);
  while (ancestor !== undefined && ancestor.itemIndex === failed.itemIndex) {
    if (ancestor.status === 'pending') skip.push(ancestor.stepId);
    ancestor = ancestor.parentId === undefined ? undefined : byId.get(ancestor.parentId);
  }
  return ancestor === undefined ? { kind: 'fail-job' } : { kind: 'leave-item-out', skip };
}
