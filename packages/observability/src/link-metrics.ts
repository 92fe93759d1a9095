import { Counter, type Registry } from 'prom-client';

/** What came of links that were tried before they were given to somebody. */
export interface LinkMetrics {
  verified(counts: Readonly<Record<string, number>>): void;
}

export function createLinkMetrics(registry: Registry): LinkMetrics {
  const links = new Counter({
    name: 'pressroom_links_verified_total',
    help: 'Links of found resources that were tried, by what came of it.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    verified: (counts) => {
      for (const [outcome, count] of Object.entries(counts)) links.inc({ outcome }, count);
    },
  };
}
