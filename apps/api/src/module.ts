import {
  createSafetyNet,
  openDispatcher,
  type Resources,
  removeFlowOf,
  watchWorkers,
} from '@pressroom/process';
import { lookUpSteps } from '@pressroom/queue';
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
  const { queues } = resources;
  const { dispatcher, service: dispatching } = openDispatcher(resources);
  const api = createApi({
    ...resources,
    store: resources.assets,
    dispatcher,
    queueAdmin: {
      queues: queues.queues,
      lookUp: (steps) => lookUpSteps(queues, steps, lookUpLimitMs),
      removeFlow: (jobId) => removeFlowOf(resources, jobId),
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
