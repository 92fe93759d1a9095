import { withTimeout } from '@pressroom/runtime';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface MaintenanceRunMetrics {
  readonly task: string;
  readonly outcome: 'done' | 'failed';
  readonly found: number;
  readonly fixed: number;
  readonly durationMs: number;
}

export interface WorkerCount {
  readonly type: string;
  /** By its own canary. */
  readonly state: 'up' | 'quiet';
  readonly count: number;
}

/** What a worker of this process says of itself. */
export interface WorkerReading {
  readonly quietMs: number;
  readonly polled: number;
  readonly active: number;
}

export interface RecoveryMetrics {
  workerRebuilt(worker: { readonly worker: string }): void;
  /** Asked at every scrape. */
  observeWorker(worker: string, read: () => WorkerReading): void;
  maintenanceRan(run: MaintenanceRunMetrics): void;
  /** Asked at every scrape; a record that does not answer leaves no values. */
  observeWorkers(read: () => Promise<readonly WorkerCount[]>): void;
}

const readTimeoutMs = 2_000;

/** What shows whether the system mends itself: canaries, rebuilt workers, maintenance. */
export function createRecoveryMetrics(registry: Registry): RecoveryMetrics {
  const registers = [registry];
  const rebuilds = new Counter({
    name: 'pressroom_worker_rebuilds_total',
    help: 'Times that a worker was built anew because its queue no longer answered its fetch loop.',
    labelNames: ['worker'],
    registers,
  });
  const workers = new Map<string, () => WorkerReading>();
  new Gauge({
    name: 'pressroom_worker_quiet_seconds',
    help: "Seconds since the queue last answered the worker's own fetch loop.",
    labelNames: ['worker'],
    registers,
    collect() {
      for (const [worker, read] of workers) this.set({ worker }, read().quietMs / 1_000);
    },
  });
  new Counter({
    name: 'pressroom_worker_polls_total',
    help: "Answers of the queue to the worker's own fetch loop, with a step or without one.",
    labelNames: ['worker'],
    registers,
    collect() {
      this.reset();
      for (const [worker, read] of workers) this.inc({ worker }, read().polled);
    },
  });
  new Gauge({
    name: 'pressroom_worker_active',
    help: 'Attempts that the worker runs now.',
    labelNames: ['worker'],
    registers,
    collect() {
      for (const [worker, read] of workers) this.set({ worker }, read().active);
    },
  });
  const runs = new Counter({
    name: 'pressroom_maintenance_runs_total',
    help: 'Runs of maintenance tasks by this process.',
    labelNames: ['task', 'outcome'],
    registers,
  });
  const found = new Counter({
    name: 'pressroom_maintenance_found_total',
    help: 'What maintenance tasks found amiss or due.',
    labelNames: ['task'],
    registers,
  });
  const fixed = new Counter({
    name: 'pressroom_maintenance_fixed_total',
    help: 'What maintenance tasks mended or removed.',
    labelNames: ['task'],
    registers,
  });
  const duration = new Gauge({
    name: 'pressroom_maintenance_duration_seconds',
    help: 'How long the last run of a maintenance task took.',
    labelNames: ['task'],
    registers,
  });
  const lastRun = new Gauge({
    name: 'pressroom_maintenance_last_success_timestamp_seconds',
    help: 'When a maintenance task last succeeded in this process.',
    labelNames: ['task'],
    registers,
  });

  return {
    workerRebuilt: ({ worker }) => rebuilds.inc({ worker }),
    observeWorker: (worker, read) => void workers.set(worker, read),
    maintenanceRan: (run) => {
      const { task } = run;
      runs.inc({ task, outcome: run.outcome });
      found.inc({ task }, run.found);
      fixed.inc({ task }, run.fixed);
      duration.set({ task }, run.durationMs / 1_000);
      if (run.outcome === 'done') lastRun.setToCurrentTime({ task });
    },
    observeWorkers: (read) => {
      new Gauge({
        name: 'pressroom_workers',
        help: 'Parts of processes that gave a sign of life within half a minute, by the state of their canary.',
        labelNames: ['type', 'state'],
        registers,
        async collect() {
          const counts = await withTimeout(read, { ms: readTimeoutMs, what: 'reading the workers' }).catch(
            () => [],
          );
          this.reset();
          for (const { type, state, count } of counts) this.set({ type, state }, count);
        },
      });
    },
  };
}
