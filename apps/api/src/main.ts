import { readiness, runProcess } from '@pressroom/process';
import { createApiModule } from './module.ts';

await runProcess({
  name: 'api',
  environment: process.env,
  build: async (resources) => [createApiModule(resources).service, readiness(resources)],
});
