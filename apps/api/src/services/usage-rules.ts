import type { PressroomConfig } from '@pressroom/config';
import type { Submission } from '@pressroom/database';
import {
  type Clock,
  type ExpectedCalls,
  estimateUsage,
  type Tiers,
  type UsageModels,
  usageMonthOf,
} from '@pressroom/domain';

/** Undefined where no account is limited. */
export function tiersOf({ tiers, defaultTier }: PressroomConfig['usage']): Tiers | undefined {
  return tiers === undefined ? undefined : { byName: tiers, fallback: defaultTier };
}

/** What a submission has to fit into; undefined where no account is limited. */
export function createUsageRules(
  { usage, generation }: Pick<PressroomConfig, 'usage' | 'generation'>,
  clock: Clock,
): ((expected: ExpectedCalls) => Submission['usage']) | undefined {
  const tiers = tiersOf(usage);
  if (tiers === undefined) return undefined;
  if (generation.kind === 'offline') {
    // Its pictures count, its tokens do not: nobody has counted any.
    return ({ pictures }) => ({
      tiers,
      estimate: { pictures, tokens: 0, micros: 0 },
      month: usageMonthOf(clock.now()),
    });
  }
  const models: UsageModels = {
    picture: generation.prices[generation.pictureModel],
    text: generation.prices[generation.objectModel],
  };
  return (expected) => ({
    tiers,
    estimate: estimateUsage(expected, models),
    month: usageMonthOf(clock.now()),
  });
}
