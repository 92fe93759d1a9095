import type { UsageMonthRow } from '@pressroom/database';
import type { JobKind, Usage, UsageMonth } from '@pressroom/domain';

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
): Usage {
  const models = rows.map(({ accountId: _, month: __, ...model }) => model);
  return {
    month: name,
    from: from.toISOString(),
    to: to.toISOString(),
    jobs: { total: Object.values(byKind).reduce((sum, count) => sum + count, 0), byKind },
    total: models.reduce(add, nothing),
    models,
  };
}

function add(sum: Spending, model: Spending): Spending {
  const names = Object.keys(nothing) as (keyof Spending)[];
  return Object.fromEntries(names.map((name) => [name, sum[name] + model[name]])) as Spending;
}
