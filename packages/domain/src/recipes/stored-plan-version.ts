import type { AssetReference } from '../asset-reference.ts';
import type { PlanSource } from '../learning-plan-steps.ts';

/** A version of a plan as the record has it: what a regeneration goes on from. */
export interface StoredPlanVersion {
  readonly planId: string;
  readonly version: number;
  readonly latestVersion: number;
  /** JSON of the latest version, where that is another one. */
  readonly latestPlan?: AssetReference | undefined;
  /** The input of a learning plan that it was made from, validated at that time. */
  readonly values: Readonly<Record<string, unknown>>;
  /** JSON of it. */
  readonly plan: AssetReference;
  /** Documents that it was made from; those that could not be read are missing. */
  readonly sources: readonly PlanSource[];
}
