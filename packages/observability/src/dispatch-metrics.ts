import type { DispatchState } from '@pressroom/domain';
import { withTimeout } from '@pressroom/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface DispatchMetrics {
  /** A claim has ended, however much it gave. */
  claimed(durationMs: number): void;
  admitted(job: { readonly priority: number; readonly waitedMs: number }): void;
  /** Asked at every scrape: the same in all processes that have a dispatcher. Without an answer there are no values. */
  observe(read: () => Promise<DispatchState>, limits: WindowLimits): void;
}

export interface WindowLimits {
  readonly windowFlows: number;
  readonly accountWindowFlows: number;
}

const readTimeoutMs = 2_000;

/** What a dispatcher does, and how the order of the waiting jobs stands. */
export function createDispatchMetrics(registry: Registry): DispatchMetrics {
  const registers = [registry];
  const claims = new Histogram({
    name: 'pressroom_dispatch_claim_duration_seconds',
    help: 'How long claims of this process took, whatever they gave.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const waits = new Histogram({
    name: 'pressroom_dispatch_wait_seconds',
    help: 'How long jobs that this process admitted had waited, by their sort of priority.',
    labelNames: ['priority'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400],
    registers,
  });
  const errors = new Counter({
    name: 'pressroom_dispatch_read_errors_total',
    help: 'Scrapes for which the order of waiting jobs could not be read.',
    registers,
  });
  let source: { read: () => Promise<DispatchState>; limits: WindowLimits } | undefined;
  let pending: Promise<DispatchState | undefined> | undefined;

  /** All gauges of one scrape share one reading. */
  function readState(): Promise<DispatchState | undefined> {
    if (source === undefined) return Promise.resolve(undefined);
    const { read } = source;
    pending ??= withTimeout(read, { ms: readTimeoutMs, what: 'reading the order of waiting jobs' })
      .catch(() => {
        errors.inc();
        return undefined;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  type Values = readonly (readonly [labels: Record<string, string>, value: number])[];
  function gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    values: (state: DispatchState) => Values,
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        const state = await readState();
        this.reset();
        if (state !== undefined) for (const [labels, value] of values(state)) this.set(labels, value);
        // What has no labels is 0 after a reset, which would be a lie.
        else if (labelNames.length === 0) this.remove();
      },
    });
  }

  gauge(
    'pressroom_dispatch_waiting_jobs',
    'Jobs that wait for their turn, by priority; counted up to 10,000.',
    ['priority'],
    ({ waiting }) => waiting.map(({ priority, jobs }) => [{ priority: String(priority) }, jobs]),
  );
  gauge(
    'pressroom_dispatch_lag_credits',
    'Credits of virtual time by which the account that is furthest behind trails what was served, by priority.',
    ['priority'],
    ({ waiting }) => waiting.map(({ priority, lag }) => [{ priority: String(priority) }, lag]),
  );
  gauge(
    'pressroom_dispatch_oldest_wait_seconds',
    'How long the job that has waited longest has waited.',
    [],
    ({ oldestSeconds }) => [[{}, oldestSeconds]],
  );
  gauge(
    'pressroom_dispatch_window_flows',
    'Jobs in the queue: all, and those of the account that has most of them there.',
    ['of'],
    ({ windowFlows, fullestAccountFlows }) => [
      [{ of: 'all' }, windowFlows],
      [{ of: 'fullest-account' }, fullestAccountFlows],
    ],
  );
  gauge(
    'pressroom_dispatch_window_limit_flows',
    'Jobs that may be in the queue: all, and of one account.',
    ['of'],
    () => [
      [{ of: 'all' }, source?.limits.windowFlows ?? 0],
      [{ of: 'fullest-account' }, source?.limits.accountWindowFlows ?? 0],
    ],
  );
  new Counter({
    name: 'pressroom_dispatch_estimates_total',
    help: 'Jobs admitted with an estimate of their wait, since ever; those within half and nine tenths are how many kept it.',
    labelNames: ['within'],
    registers,
    async collect() {
      const state = await readState();
      this.reset();
      if (state === undefined) return;
      this.inc({ within: 'any' }, state.estimates);
      this.inc({ within: 'half' }, state.withinHalf);
      this.inc({ within: 'nine-tenths' }, state.withinMost);
    },
  });

  return {
    claimed: (durationMs) => claims.observe(durationMs / 1_000),
    admitted: ({ priority, waitedMs }) => waits.observe({ priority: sortOf(priority) }, waitedMs / 1_000),
    observe: (read, limits) => {
      source = { read, limits };
    },
  };
}

/** Three, since each has a histogram of its own. */
function sortOf(priority: number): string {
  if (priority === 0) return 'usual';
  return priority > 0 ? 'above' : 'below';
}
