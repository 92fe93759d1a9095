/**
 * When the tasks are done. Three things start one; the lease in the record makes it one run, whoever starts it:
 *
 * - the schedule: a job scheduler of BullMQ for each task, in the queue's own storage, so that one process of all gets each turn;
 * - the start of the process: a pass over all tasks, since nobody may have done them for long;
 * - a timer of the process itself. The schedule is lost with the queue (FLUSHALL, a new Redis, an old copy), and nothing tells.
 *   So the timer looks for it and sets it up again, and does what is overdue in the meantime.
 */
import { listMaintenance } from '@pressroom/database';
import { type MaintenanceRunner, type MaintenanceTask, overdueMs, type Resources } from '@pressroom/process';
import { createStandingWorker, maintenanceQueue, within } from '@pressroom/queue';
import { defineService, type Service } from '@pressroom/runtime';

const longestWatchMs = 5_000;
/** Milliseconds that the queue has to answer before this round of the timer is left to the next. */
const answerMs = 5_000;
const fetchesPerLimit = 6;
const concurrency = 2;
/** Milliseconds that closing may take when the queue is away. */
const closeMs = 3_000;

export function createSchedule(
  resources: Resources,
  tasks: readonly MaintenanceTask[],
  runner: MaintenanceRunner,
): Service {
  const { config, database, queues, health, metrics, heartbeats, processId } = resources;
  const log = resources.log.child({ part: 'maintenance' });
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const watchMs = Math.min(longestWatchMs, ...tasks.map((task) => task.everyMs));
  let watching: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;

  const standing = createStandingWorker({
    name: 'maintenance worker',
    backend: queues,
    build: () =>
      queues.worker<object>(
        maintenanceQueue,
        async ({ name }) => {
          const task = byName.get(name);
          // A newer release has it in its schedule: it is done by the processes of that one.
          if (task === undefined) return 'unknown';
          return await runner.run(task);
        },
        {
          name: processId,
          concurrency,
          lockDuration: config.queue.lockMs,
          stalledInterval: config.queue.stalledIntervalMs,
          maxStalledCount: 1,
          fetchPauseMs: config.canary.limitMs / fetchesPerLimit,
        },
      ),
    limits: { ...config.canary, limitMs: Math.max(config.canary.limitMs, config.queue.lockMs) },
    log,
    onStuck: (error) => resources.fail(error),
    onRebuild: () => metrics.workerRebuilt({ worker: 'maintenance' }),
  });
  const report = () => ({ ...standing.report(), ...runner.statistics() });

  /** Sets up what is not there; a task that the schedule has with another interval is changed. */
  async function restoreSchedule(): Promise<void> {
    await queues.check();
    const known = new Map(
      (await queues.schedule.getJobSchedulers()).map((scheduler) => [scheduler.key, scheduler.every]),
    );
    const missing = tasks.filter((task) => Number(known.get(task.name)) !== task.everyMs);
    for (const { name, everyMs } of missing) {
      await queues.schedule.upsertJobScheduler(
        name,
        { every: everyMs },
        { name, opts: { removeOnComplete: true, removeOnFail: true } },
      );
    }
    if (missing.length > 0) {
      log.info(
        { tasks: missing.map((task) => task.name) },
        'The schedule was not in the queue: it is set up',
      );
    }
  }

  async function runOverdue(): Promise<void> {
    const runs = new Map((await listMaintenance(database.executor)).map((run) => [run.task, run]));
    for (const task of tasks) {
      const since = runs.get(task.name)?.sinceStartMs ?? Number.POSITIVE_INFINITY;
      if (stopping || since <= overdueMs(task.everyMs)) continue;
      if ((await runner.run(task)) !== 'not-due') {
        log.warn(
          { task: task.name },
          'The schedule has not started a task in time: the timer of this process has',
        );
      }
    }
  }

  async function watch(): Promise<void> {
    for (const step of [() => within(answerMs, restoreSchedule()), runOverdue]) {
      try {
        await step();
      } catch (error) {
        log.debug({ err: error }, 'Could not look after the schedule; the next look follows');
      }
    }
    watching = undefined;
  }

  /** Together: a slow one must not keep the others, nor the start of the process. */
  function startUpPass(): void {
    for (const task of tasks) void runner.run(task);
  }

  health.register({
    name: 'maintenance-worker',
    critical: true,
    check: async () => {
      await standing.check();
      return report();
    },
  });
  metrics.observeWorker('maintenance', report);

  return defineService('maintenance-worker', {
    start: async () => {
      startUpPass();
      await standing.start();
      heartbeats.join('maintenance', report);
      watching = watch();
      timer = setInterval(() => {
        watching ??= watch();
      }, watchMs);
      log.info({ tasks: tasks.map((task) => task.name), backend: queues.kind }, 'Doing the maintenance');
    },
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      await runner.stop();
      await standing.stop(closeMs);
      await watching;
    },
  });
}
