import { runState } from './run-state.ts';
import { startSharedServices } from './shared-services.ts';
import { testVariables } from './test-variables.ts';

/** Starts the servers of a run and leaves their addresses to the test processes. Jest wants a default export. */
export default async function globalSetup(): Promise<void> {
  const services = await startSharedServices();
  runState().services = services;
  process.env[testVariables.postgresUrl] = services.postgresUrl;
  process.env[testVariables.redisUrl] = services.redisUrl;
  if (services.poolerUrl !== undefined) process.env[testVariables.poolerUrl] = services.poolerUrl;
}
