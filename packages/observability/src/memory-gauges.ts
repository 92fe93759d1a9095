import type { MemoryUse } from '@pressroom/domain';
import { Gauge, type Registry } from 'prom-client';

/** Gauges of a process's memory budget, read at every scrape. */
export function createMemoryGauges(registry: Registry, read: () => MemoryUse): void {
  const gauge = (name: string, help: string, value: (use: MemoryUse) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(read()));
      },
    });
  };
  gauge(
    'pressroom_memory_budget_bytes',
    'What work may take together, by estimate.',
    (use) => use.budgetBytes,
  );
  gauge(
    'pressroom_memory_held_bytes',
    'What running work has been given, by estimate.',
    (use) => use.heldBytes,
  );
  gauge('pressroom_memory_waiting_steps', 'Steps that wait for memory.', (use) => use.waiting);
}
