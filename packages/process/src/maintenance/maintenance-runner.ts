import { claimMaintenance, finishMaintenance } from '@pressroom/database';
import { storableText, type WorkerStatistics } from '@pressroom/domain';
import { withTimeout } from '@pressroom/runtime';
import type { Resources } from '../resources.ts';
import type { MaintenanceTask, TaskReport } from './maintenance-task.ts';

/** - `not-due`: another process does it now, or has done it just before. */
export type RunOutcome = 'done' | 'failed' | 'not-due';

export interface MaintenanceRunner {
  /** Does the task unless somebody else does. Never throws. */
  run(task: MaintenanceTask): Promise<RunOutcome>;
  /** Of the runs that were this process's turn, whoever wanted them. */
  statistics(): Omit<WorkerStatistics, 'polled'>;
  /** Ends what runs. */
  stop(): Promise<void>;
}

/** Milliseconds after which a task that was due has been forgotten by whoever should have done it. */
export function overdueMs(everyMs: number): number {
  return Math.max(3 * everyMs, 1_000);
}

/**
 * Runs tasks under a lease in the record, one row a task: of all processes that want to do it, by schedule, timer or at their
 * start, one does. A run that dies leaves a lease that runs out.
 */
export function createMaintenanceRunner(
  resources: Pick<Resources, 'database' | 'processId' | 'metrics' | 'log'>,
): MaintenanceRunner {
  const { database, processId: runBy, metrics } = resources;
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  const counts = { started: 0, completed: 0, failed: 0 };

  async function run(task: MaintenanceTask): Promise<RunOutcome> {
    const log = resources.log.child({ task: task.name });
    const begun = performance.now();
    let report: TaskReport = { found: 0, fixed: 0 };
    let failure: unknown;
    let isStarted = false;
    try {
      const claim = await claimMaintenance(database.executor, {
        task: task.name,
        // The schedule's steps are not exact: a run that began a moment late must not make the next one too early.
        everyMs: task.everyMs / 2,
        leaseMs: task.limitMs + 10_000,
        runBy,
      });
      if (claim === undefined) return 'not-due';
      counts.started += 1;
      isStarted = true;
      try {
        report = await withTimeout((signal) => task.run({ signal, log, memory: claim.memory }), {
          ms: task.limitMs,
          what: `the maintenance task ${task.name}`,
          signal: stopping.signal,
        });
      } catch (error) {
        failure = error;
      }
      await finishMaintenance(
        database.executor,
        { task: task.name, runBy },
        {
          found: report.found,
          fixed: report.fixed,
          memory: report.memory,
          durationMs: performance.now() - begun,
          ...(failure === undefined ? {} : { error: storableText(messageOf(failure), 300) }),
        },
      );
    } catch (error) {
      failure ??= error;
    }
    const durationMs = performance.now() - begun;
    const outcome = failure === undefined ? 'done' : 'failed';
    if (isStarted) counts[outcome === 'done' ? 'completed' : 'failed'] += 1;
    metrics.maintenanceRan({
      task: task.name,
      outcome,
      found: report.found,
      fixed: report.fixed,
      durationMs,
    });
    const fields = { found: report.found, fixed: report.fixed, durationMs: Math.round(durationMs) };
    if (stopping.signal.aborted) log.debug(fields, 'The process stops: the task is left to others');
    else if (failure !== undefined)
      log.warn({ err: failure, ...fields }, 'A maintenance task failed; it is done again when it is due');
    else if (report.fixed > 0) log.info(fields, 'A maintenance task has put something right');
    else log.debug(fields, 'A maintenance task found nothing to do');
    return outcome;
  }

  return {
    run: async (task) => {
      if (stopping.signal.aborted) return 'not-due';
      const work = run(task);
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    statistics: () => ({ ...counts, active: counts.started - counts.completed - counts.failed }),
    stop: async () => {
      stopping.abort(new Error('The process stops'));
      await Promise.allSettled(running);
    },
  };
}

function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}
