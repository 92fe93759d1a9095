import { listSteps } from '@pressroom/database';
import { createSafetyNet, openDispatcher, type Resources, watchWorkers } from '@pressroom/process';
import { removeFlow } from '@pressroom/queue';
import { composeServices, defineService, type ResourceScope, type Service } from '@pressroom/runtime';
import { type Api, createApi } from './create-api.ts';

export interface ApiModule {
  readonly service: Service;
  readonly api: Api;
}

/** The HTTP API, and beside it the dispatcher, given everything they stand on. */
export async function createApiModule(resources: Resources, scope: ResourceScope): Promise<ApiModule> {
  const { database, queues, log } = resources;
  const { dispatcher, service: dispatching, hintListener } = await openDispatcher(resources, scope);
  const api = createApi({
    ...resources,
    store: resources.assets,
    dispatcher,
    hintListener,
    queueAdmin: {
      queues: queues.queues,
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
