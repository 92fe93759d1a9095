import { listSteps } from '@pressroom/database';
import { createSafetyNet, openDispatcher, type Resources, watchWorkers } from '@pressroom/process';
import { lookUpSteps, removeFlow } from '@pressroom/queue';
import { composeServices, defineService, type Service } from '@pressroom/runtime';
import { type Api, createApi } from './create-api.ts';

export interface ApiModule {
  readonly service: Service;
  readonly api: Api;
}

/** Milliseconds that an explanation waits for the queue. */
const lookUpLimitMs = 2_000;

/** The HTTP API, and beside it the dispatcher, given everything they stand on. */
export function createApiModule(resources: Resources): ApiModule {
  const { database, queues, log } = resources;
  const { dispatcher, service: dispatching } = openDispatcher(resources);
  const api = createApi({
    ...resources,
    store: resources.assets,
    dispatcher,
    queueAdmin: {
      queues: queues.queues,
      lookUp: (steps) => lookUpSteps(queues, steps, lookUpLimitMs),
      removeFlow: async (jobId) => {
        const steps = await listSteps(database.executor, [jobId]);
        const queued = steps.map(({ id, worker, generation }) => ({ stepId: id, worker, generation }));
        await removeFlow(queues, queued, log);
      },
    },
  });
  watchWorkers(resources);
  const presence = defineService('presence', {
    start: () => resources.heartbeats.join('api'),
    stop: () => {},
  });
  return {
    api,
    service: composeServices('api', [dispatching, createSafetyNet(resources), presence, api]),
  };
}
