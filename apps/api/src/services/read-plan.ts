import { createHash } from 'node:crypto';
import type { AssetRow } from '@pressroom/database';
import { type AssetStore, PressroomError } from '@pressroom/domain';
import { type LearningPlan, planSchema } from '@pressroom/plans';

/** A plan has at most 24 modules of 16 tasks: a few megabytes of JSON. */
const maxPlanBytes = 64_000_000;

/** @throws PressroomError `asset-altered` when the bytes are not those that were stored, and what the store throws */
export async function readPlan(
  store: AssetStore,
  asset: AssetRow,
  signal: AbortSignal,
): Promise<LearningPlan> {
  const bytes = await store.getBytes(asset.storageKey, { maxBytes: maxPlanBytes, signal });
  if (createHash('sha256').update(bytes).digest('hex') !== asset.sha256) {
    throw new PressroomError('asset-altered', 'A stored plan is not the one that was made');
  }
  return planSchema.parse(JSON.parse(bytes.toString('utf8')));
}
