import { type RetryPolicy, type StepHandlers, storageKeys, type WorkerType } from '@pressroom/domain';
import { recordLog } from '@pressroom/observability';
import { createStepWorker } from '@pressroom/queue';
import { defineService, type Service } from '@pressroom/runtime';
import { flowOptions } from './flow-options.ts';
import type { Resources } from './resources.ts';

/** How many milliseconds a worker stops before the process's own limit, so that it can still hand its steps back. */
const handBackMs = 5_000;

/** A worker type's service: its queue joined to its handlers, seen by health and metrics. */
export function createWorkerService<Type extends WorkerType>(
  type: Type,
  handlers: StepHandlers<Type>,
  resources: Resources,
): Service {
  const { config, health, queues, log } = resources;
  const worker = createStepWorker({
    type,
    handlers,
    backend: queues,
    store: resources.steps,
    policy: retryPolicy(resources),
    flowOptions: flowOptions(resources),
    workerId: resources.processId,
    log: log.child({ worker: type }),
    recordLog: (own) => recordLog(own, resources.clock),
    random: resources.random,
    concurrency: config.workers[`${type}Concurrency`],
    lockMs: config.queue.lockMs,
    stalledIntervalMs: config.queue.stalledIntervalMs,
    maxStalls: config.queue.maxStalls,
    canary: config.canary,
    onStuck: (error) => resources.fail(error),
    graceMs: Math.max(0, config.shutdownGraceMs - handBackMs),
    observer: resources.metrics,
    memory: resources.memory,
    onSettled: (listener) => resources.hintListener.onSettled(listener),
    discardWork: (stepId) => resources.assets.deletePrefix(storageKeys.workPrefix(stepId)),
  });
  health.register({
    name: worker.name,
    critical: true,
    check: async () => {
      await worker.check();
      return worker.report();
    },
  });
  resources.metrics.observeWorker(type, () => worker.report());
  return defineService(worker.name, {
    start: async () => {
      await worker.start();
      resources.heartbeats.join(type, () => worker.report());
      log.info(
        { worker: type, concurrency: config.workers[`${type}Concurrency`], backend: queues.kind },
        'Taking steps',
      );
    },
    stop: () => worker.stop(),
  });
}

export function retryPolicy({ config }: Pick<Resources, 'config'>): RetryPolicy {
  return {
    attempts: config.queue.attempts,
    backoffBaseMs: config.queue.backoffBaseMs,
    backoffLimitMs: 60_000,
    throttleLimitMs: 3_600_000,
    throttleTotalMs: config.queue.throttleTotalMs,
    losses: config.queue.maxStalls,
  };
}
