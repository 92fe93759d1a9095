import { createDispatchStore } from '@pressroom/database';
import { claimBatch, createDispatcher, type Dispatcher } from '@pressroom/queue';
import { defineService, type Service } from '@pressroom/runtime';
import { flowOptions } from './flow-options.ts';
import { removeFlowOf } from './remove-flow-of.ts';
import type { Resources } from './resources.ts';

export interface DispatcherParts {
  readonly dispatcher: Dispatcher;
  readonly service: Service;
}

/** The dispatcher of a process, told of room by the hints of all others. Any number of processes may have one. */
export function openDispatcher(resources: Resources): DispatcherParts {
  const { config, database, health, hints, hintListener, metrics, queues } = resources;
  const log = resources.log.child({ part: 'dispatcher' });
  const store = createDispatchStore(database, hints);
  const windows = {
    windowFlows: config.dispatcher.windowFlows,
    accountWindowFlows: config.dispatcher.accountWindowFlows,
  };
  metrics.dispatch.observe(() => store.state(), windows);
  health.register({
    name: 'dispatcher',
    critical: false,
    check: async () => ({ ...(await store.state()), windowLimits: windows }),
  });
  const dispatcher = createDispatcher({
    store,
    flows: queues.flows,
    checkQueue: () => queues.check(),
    limits: {
      ...windows,
      batch: claimBatch,
      leaseMs: config.dispatcher.enqueueLeaseMs,
    },
    flowOptions: flowOptions(resources),
    sweepIntervalMs: config.dispatcher.sweepIntervalMs,
    log,
    observer: metrics.dispatch,
    onExpired: (jobIds) => {
      for (const jobId of jobIds) void removeFlowOf(resources, jobId);
    },
  });
  const onSettled = (): void => dispatcher.nudge();
  let stopListening = (): void => {};
  const service = defineService('dispatcher', {
    start: async () => {
      stopListening = hintListener.onSettled(onSettled);
      await dispatcher.start();
    },
    stop: async () => {
      stopListening();
      await dispatcher.stop();
    },
  });
  return { dispatcher, service };
}
