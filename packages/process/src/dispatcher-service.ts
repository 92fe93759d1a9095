import { createDispatchStore, type EventHintListener, listenForEventHints } from '@pressroom/database';
import { createDispatcher, type Dispatcher, sweepEvery } from '@pressroom/queue';
import { defineService, type ResourceScope, type Service } from '@pressroom/runtime';
import type { Resources } from './resources.ts';

/** Flows that one claim takes: enough to keep the queue's round trips in flight, few enough to spread over dispatchers. */
const claimBatch = 20;
/** Deliveries that the queue allows a step beside the attempts that count: waits and hand-backs are deliveries too. */
const deliveries = 1_000;
/** How often whoever waits for a hint looks without one. */
const hintPollMs = 1_000;

export interface DispatcherParts {
  readonly dispatcher: Dispatcher;
  readonly service: Service;
  readonly hintListener: EventHintListener;
}

/** The dispatcher of a process, told of room by the hints of all others. Any number of processes may have one. */
export async function openDispatcher(resources: Resources, scope: ResourceScope): Promise<DispatcherParts> {
  const { config, database, hints, queues, databaseUrl } = resources;
  const log = resources.log.child({ part: 'dispatcher' });
  const hintListener = await scope.use(
    'event hints',
    () => listenForEventHints({ url: databaseUrl, log, pollMs: hintPollMs }),
    (listener) => listener.close(),
  );
  const { keepCompletedSeconds, keepCompletedCount, keepFailedSeconds, keepFailedCount } = config.queue;
  const dispatcher = createDispatcher({
    store: createDispatchStore(database, hints),
    flows: queues.flows,
    checkQueue: () => queues.check(),
    limits: {
      windowFlows: config.dispatcher.windowFlows,
      accountWindowFlows: config.dispatcher.accountWindowFlows,
      batch: claimBatch,
      leaseMs: config.dispatcher.enqueueLeaseMs,
    },
    flowOptions: {
      deliveries,
      keepCompletedSeconds,
      keepCompletedCount,
      keepFailedSeconds,
      keepFailedCount,
      sweepEvery: sweepEvery[queues.kind],
    },
    sweepIntervalMs: config.dispatcher.sweepIntervalMs,
    log,
  });
  const service = defineService('dispatcher', {
    start: async () => {
      hintListener.onSettled(dispatcher.nudge);
      await dispatcher.start();
    },
    stop: () => dispatcher.stop(),
  });
  return { dispatcher, service, hintListener };
}
