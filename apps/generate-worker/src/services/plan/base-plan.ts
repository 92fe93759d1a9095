import type { AssetStore, PlanBase } from '@pressroom/domain';
import { type LearningPlan, planSchema } from '@pressroom/plans';
import { loadJson } from '../report/stored-json.ts';

/** The version that a new one is made from, as it was stored; undefined for the first. */
export async function loadBasePlan(
  store: AssetStore,
  base: PlanBase | undefined,
  signal: AbortSignal,
): Promise<LearningPlan | undefined> {
  return base === undefined ? undefined : planSchema.parse(await loadJson(store, base.plan, signal));
}
