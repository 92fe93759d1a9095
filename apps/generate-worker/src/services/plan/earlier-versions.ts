import type { AssetReference, AssetStore, WritePlanInput } from '@pressroom/domain';
import { type EarlierVersions, type LearningPlan, planSchema } from '@pressroom/plans';
import { loadJson } from '../report/stored-json.ts';

/** A version of a plan as it was stored. Errors: `asset-altered`, and what the store throws. */
export async function loadPlan(
  store: AssetStore,
  reference: AssetReference,
  signal: AbortSignal,
): Promise<LearningPlan> {
  return planSchema.parse(await loadJson(store, reference, signal));
}

/** What a regeneration comes after; undefined for the first version. */
export async function loadEarlierVersions(
  store: AssetStore,
  regeneration: WritePlanInput['regeneration'],
  signal: AbortSignal,
): Promise<EarlierVersions | undefined> {
  if (regeneration === undefined) return undefined;
  const { base, newest, version } = regeneration;
  return {
    version,
    base: await loadPlan(store, base.plan, signal),
    newest: newest && (await loadPlan(store, newest, signal)),
  };
}
