import { loadConfig } from '@pressroom/config';
import type { WorkerType } from '@pressroom/domain';
import { createHealthServer, createLogger } from '@pressroom/observability';
import { defineService, type ResourceScope, runMain, type Service } from '@pressroom/runtime';
import { openResources, type Resources } from './resources.ts';

/** What a worker app exports: its service, given everything it stands on. What it opens itself belongs to the scope. */
export type CreateWorkerModule = (resources: Resources, scope: ResourceScope) => Promise<Service>;

/** The whole `main` of a worker app: settings, resources, its module beside a health server, until a signal comes. */
export async function runWorkerMain(
  type: WorkerType | 'maintenance',
  environment: Readonly<Record<string, string | undefined>>,
  createModule: CreateWorkerModule,
): Promise<void> {
  const name = `${type}-worker`;
  await runMain(name, async (scope, context) => {
    const config = loadConfig(environment);
    const log = createLogger({ name, ...config.log });
    context.configure({ log, graceMs: config.shutdownGraceMs });
    const resources = await openResources({
      name,
      config,
      log,
      scope,
      signal: context.signal,
      fail: (error) => context.fail(error),
    });
    const { health, metrics } = resources;
    const server = createHealthServer({ ...config.health, health, metrics, log });
    return [server, await createModule(resources, scope), readiness(resources)];
  });
}

/** Last to start and first to stop: probes see a process that is not quite up, or on its way out. */
export function readiness({ health }: Pick<Resources, 'health'>): Service {
  return defineService('readiness', {
    start: () => health.setPhase('running'),
    stop: () => health.setPhase('stopping'),
  });
}
