import type { UsageMonthRow, UsageOfMonth } from '@pressroom/database';
import type { AccountLimits, JobKind, Tiers, Usage, UsageMonth, UsageQuantity } from '@pressroom/domain';

type Spending = Usage['total'];
const nothing: Spending = {
  calls: 0,
  failed: 0,
  saved: 0,
  inputTokens: 0,
  outputTokens: 0,
  pictures: 0,
  micros: 0,
  unpricedCalls: 0,
};

export function toUsage(
  { name, from, to }: UsageMonth,
  rows: readonly UsageMonthRow[],
  byKind: Readonly<Partial<Record<JobKind, number>>>,
  limits: AccountLimits | null,
): Usage {
  const models = rows.map(({ provider, model, ...row }) => ({ provider, model, ...add(nothing, row) }));
  return {
    month: name,
    from: from.toISOString(),
    to: to.toISOString(),
    jobs: { total: Object.values(byKind).reduce((sum, count) => sum + count, 0), byKind },
    total: models.reduce(add, nothing),
    models,
    limits,
  };
}

/** What is left of the tier's month. */
export function toLimits(
  tier: string,
  tiers: Tiers,
  month: UsageMonth,
  { used, reserved }: UsageOfMonth,
): AccountLimits {
  const limits = tiers.byName[tier] ?? {};
  const of = (quantity: UsageQuantity): AccountLimits['jobs'] => {
    const limit = limits[quantity];
    if (limit === undefined) return null;
    const left = Math.max(0, limit - used[quantity] - reserved[quantity]);
    return { limit, used: used[quantity], reserved: reserved[quantity], left };
  };
  return {
    tier,
    resetsAt: month.to.toISOString(),
    jobs: of('jobs'),
    pictures: of('pictures'),
    tokens: of('tokens'),
    micros: of('micros'),
  };
}

function add(sum: Spending, model: Spending): Spending {
  const names = Object.keys(nothing) as (keyof Spending)[];
  return Object.fromEntries(names.map((name) => [name, sum[name] + model[name]])) as Spending;
}
