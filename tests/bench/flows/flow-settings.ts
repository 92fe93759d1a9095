import { type FlowOptions, sweepEvery } from '@pressroom/queue';

/** One for both sides: what is compared must differ in nothing but us. */
export const flowSettings = {
  /** Steps of one queue that run at once. */
  concurrency: 8,
  /** Jobs that were submitted and have not settled. */
  inFlight: 32,
  /** Below the window of the dispatcher's default settings. */
  windowFlows: 50,
  accountWindowFlows: 25,
  lockMs: 30_000,
  stalledIntervalMs: 5_000,
} as const;

export const flowBackends = ['redis', 'postgres'] as const;
export type FlowBackend = (typeof flowBackends)[number];

/** Retention as in production, the same for both sides. */
export function flowOptions(backend: FlowBackend): FlowOptions {
  return {
    deliveries: 1_000,
    keepCompletedSeconds: 86_400,
    keepCompletedCount: 1_000,
    keepFailedSeconds: 604_800,
    keepFailedCount: 1_000,
    sweepEvery: sweepEvery[backend],
  };
}

export interface FlowRunner {
  /** Submits one three-step flow of steps that do nothing, and resolves when it has settled. */
  readonly run: (index: number) => Promise<void>;
  /** Throws when not all of so many flows have really settled. */
  readonly verify: (flows: number) => Promise<void>;
}
