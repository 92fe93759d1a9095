import { readiness, runProcess } from '@pressroom/process';
import { createApiModule } from './module.ts';

await runProcess({
  name: 'api',
  environment: process.env,
  // What it accepts is in the record; out of the load balancer it would accept nothing.
  needsQueue: false,
  build: async (resources) => [createApiModule(resources).service, readiness(resources)],
});
