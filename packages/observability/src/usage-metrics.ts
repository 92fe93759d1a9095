import { withTimeout } from '@pressroom/runtime';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Pieces of usage in the outbox. */
export interface ExportCounts {
  readonly pending: number;
  readonly parked: number;
}

/** What becomes of usage: limits that were met, and what goes to the billing service. */
export interface UsageMetrics {
  /** A submission was refused; by which limit. */
  refused(quantity: string): void;
  exported(outcome: string): void;
  /** Asked at every scrape. */
  observeExports(read: () => Promise<ExportCounts>): void;
}

const readTimeoutMs = 2_000;

export function createUsageMetrics(registry: Registry): UsageMetrics {
  const registers = [registry];
  const refusals = new Counter({
    name: 'pressroom_usage_refused_total',
    help: "Submissions that did not fit into their account's month.",
    labelNames: ['quantity'],
    registers,
  });
  const exports = new Counter({
    name: 'pressroom_usage_exports_total',
    help: 'Attempts to send usage to the billing service.',
    labelNames: ['outcome'],
    registers,
  });
  return {
    refused: (quantity) => refusals.inc({ quantity }),
    exported: (outcome) => exports.inc({ outcome }),
    observeExports: (read) => {
      new Gauge({
        name: 'pressroom_usage_exports',
        help: 'Pieces of usage that are on their way to the billing service, or parked until an operator has looked at them.',
        labelNames: ['status'],
        registers,
        async collect() {
          this.reset();
          // Without an answer there are no values.
          const counts = await withTimeout(read, { ms: readTimeoutMs, what: 'counting usage' }).catch(
            () => undefined,
          );
          if (counts === undefined) return;
          this.set({ status: 'pending' }, counts.pending);
          this.set({ status: 'parked' }, counts.parked);
        },
      });
    },
  };
}
