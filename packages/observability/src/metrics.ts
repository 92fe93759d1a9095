import type { MemoryUse, ProviderState } from '@pressroom/domain';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { createDispatchMetrics, type DispatchMetrics } from './dispatch-metrics.ts';
import { createLinkMetrics, type LinkMetrics } from './link-metrics.ts';
import { createMemoryGauges } from './memory-gauges.ts';
import { createProviderGauges } from './provider-gauges.ts';
import { createProviderMetrics, type ProviderMetrics } from './provider-metrics.ts';
import { createQueueGauges, type QueueCounts } from './queue-gauges.ts';
import { createRecoveryMetrics, type RecoveryMetrics } from './recovery-metrics.ts';
import { createUsageMetrics, type UsageMetrics } from './usage-metrics.ts';

export interface StepLabels {
  readonly worker: string;
  readonly handler: string;
}

/** How one attempt of a step ended. */
export type AttemptOutcome = 'succeeded' | 'failed' | 'retried' | 'released' | 'cancelled' | 'superseded';

export interface Metrics extends RecoveryMetrics {
  /** For further metrics of one app; every process has its own, nothing is global. */
  readonly registry: Registry;
  stepStarted(step: StepLabels): void;
  stepEnded(
    step: StepLabels & {
      readonly outcome: AttemptOutcome;
      /** From 1. */
      readonly attempt: number;
      readonly durationMs: number;
      /** A code of the error registry, on any outcome that had an error. */
      readonly errorCode?: string | undefined;
    },
  ): void;
  httpRequest(request: {
    readonly method: string;
    /** The template (`/api/jobs/:id`), never the path: paths are without number. */
    readonly route: string | undefined;
    readonly status: number;
    readonly durationMs: number;
  }): void;
  /** Asked at every scrape. When it throws or takes too long, the scrape goes on without these values. */
  observeQueues(read: () => Promise<readonly QueueCounts[]>): void;
  /** Asked at every scrape. */
  observeMemory(read: () => MemoryUse): void;
  /** Told by the dispatcher of the process. */
  readonly dispatch: DispatchMetrics;
  /** Told by whoever calls providers. */
  readonly providers: ProviderMetrics;
  readonly usage: UsageMetrics;
  readonly links: LinkMetrics;
  /** Asked at every scrape, like the queues. */
  observeProviders(read: () => Promise<readonly ProviderState[]>): void;
  readonly contentType: string;
  render(): Promise<string>;
}

/** The Prometheus metrics of one process. Label values are few by construction: names from the catalog, route templates. */
export function createMetrics(options: { readonly service: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const stepsStarted = new Counter({
    name: 'pressroom_steps_started_total',
    help: 'Attempts of steps that were started.',
    labelNames: ['worker', 'handler'],
    registers,
  });
  const stepDuration = new Histogram({
    name: 'pressroom_step_duration_seconds',
    help: 'How long one attempt of a step took.',
    labelNames: ['worker', 'handler', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
    registers,
  });
  const stepAttempts = new Histogram({
    name: 'pressroom_step_attempts',
    help: 'The number of the attempt that ended a step for good.',
    labelNames: ['worker', 'handler', 'outcome'],
    buckets: [1, 2, 3, 4, 5, 10, 20],
    registers,
  });
  const stepErrors = new Counter({
    name: 'pressroom_step_errors_total',
    help: 'Errors of attempts by code of the error registry.',
    labelNames: ['worker', 'handler', 'code'],
    registers,
  });
  const httpDuration = new Histogram({
    name: 'pressroom_http_request_duration_seconds',
    help: 'How long HTTP requests took, by route template.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const boundedRoute = boundLabel(200);
  const providers = createProviderMetrics(registry);

  return {
    ...createRecoveryMetrics(registry),
    registry,
    stepStarted: ({ worker, handler }) => stepsStarted.inc({ worker, handler }),
    stepEnded: ({ worker, handler, outcome, attempt, durationMs, errorCode }) => {
      stepDuration.observe({ worker, handler, outcome }, durationMs / 1_000);
      if (finalOutcomes.has(outcome)) stepAttempts.observe({ worker, handler, outcome }, attempt);
      if (errorCode !== undefined) stepErrors.inc({ worker, handler, code: errorCode });
    },
    httpRequest: ({ method, route, status, durationMs }) => {
      const labels = {
        method: httpMethods.has(method) ? method : 'OTHER',
        route: route === undefined ? 'unmatched' : boundedRoute(route),
        status: String(status),
      };
      httpDuration.observe(labels, durationMs / 1_000);
    },
    observeQueues: createQueueGauges(registry),
    observeMemory: (read) => createMemoryGauges(registry, read),
    dispatch: createDispatchMetrics(registry),
    providers,
    usage: createUsageMetrics(registry),
    links: createLinkMetrics(registry),
    observeProviders: createProviderGauges(registry),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}

const finalOutcomes: ReadonlySet<AttemptOutcome> = new Set(['succeeded', 'failed', 'cancelled']);
const httpMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The first `limit` values stay; later new ones are `other`. A mistake in a caller then costs detail, not memory. */
function boundLabel(limit: number): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (!seen.has(value) && seen.size >= limit) return 'other';
    seen.add(value);
    return value;
  };
}
