import type { Registry } from 'prom-client';

export interface StepLabels {
  readonly worker: string;
  readonly handler: string;
}

/** How one attempt of a step ended. */
export type AttemptOutcome = 'succeeded' | 'failed' | 'retried' | 'released' | 'cancelled' | 'superseded';

export interface QueueCounts {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed?: number | undefined;
  readonly waitingChildren?: number | undefined;
}

export interface Metrics {
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
  readonly contentType: string;
  render(): Promise<string>;
}

export declare function createMetrics(options: { readonly service: string }): Metrics;
