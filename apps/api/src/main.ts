import { loadConfig } from '@pressroom/config';
import { createLogger } from '@pressroom/observability';
import { openResources, readiness } from '@pressroom/process';
import { runMain } from '@pressroom/runtime';
import { createApiModule } from './module.ts';

await runMain('api', async (scope, context) => {
  const config = loadConfig(process.env);
  const log = createLogger({ name: 'api', ...config.log });
  context.configure({ log, graceMs: config.shutdownGraceMs });
  const resources = await openResources({
    name: 'api',
    config,
    log,
    scope,
    signal: context.signal,
    fail: (error) => context.fail(error),
  });
  const { service } = createApiModule(resources);
  return [service, readiness(resources)];
});
