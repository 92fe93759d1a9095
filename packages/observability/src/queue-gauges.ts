import { withTimeout } from '@pressroom/runtime';
import { Counter, Gauge, type Registry } from 'prom-client';

/** How many jobs of one queue are in each state. */
export interface QueueCounts {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed?: number | undefined;
  readonly waitingChildren?: number | undefined;
}

type ReadQueues = () => Promise<readonly QueueCounts[]>;

const readTimeoutMs = 2_000;

/**
 * Gauges that are read when somebody scrapes. A queue that cannot be read has no values in that scrape (the last ones
 * would be a lie) and counts one error; the scrape itself always works, or an outage would blind its observers.
 */
export function createQueueGauges(registry: Registry): (read: ReadQueues) => void {
  const readers: ReadQueues[] = [];
  const errors = new Counter({
    name: 'pressroom_queue_read_errors_total',
    help: 'Scrapes for which a queue could not be read.',
    registers: [registry],
  });
  new Gauge({
    name: 'pressroom_queue_jobs',
    help: 'Jobs in each queue by state.',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      const answers = await Promise.allSettled(
        readers.map((read) => withTimeout(read, { ms: readTimeoutMs, what: 'reading the queues' })),
      );
      // Reset and set without a pause between them: another scrape may be under way.
      this.reset();
      for (const answer of answers) {
        if (answer.status === 'rejected') errors.inc();
        else for (const counts of answer.value) setStates(this, counts);
      }
    },
  });
  return (read) => void readers.push(read);
}

function setStates(gauge: Gauge<'queue' | 'state'>, { queue, ...states }: QueueCounts): void {
  for (const [state, count] of Object.entries(states)) {
    if (count !== undefined) gauge.set({ queue, state }, count);
  }
}
