import type { WorkerType } from '@pressroom/domain';
import { createHealthServer } from '@pressroom/observability';
import type { ResourceScope, Service } from '@pressroom/runtime';
import type { Resources } from './resources.ts';
import { readiness, runProcess } from './run-process.ts';

/** What a worker app exports: its service, given everything it stands on. What it opens itself belongs to the scope. */
export type CreateWorkerModule = (resources: Resources, scope: ResourceScope) => Promise<Service>;

/** The whole `main` of a worker app: its module beside a health server. */
export async function runWorkerMain(
  type: WorkerType | 'maintenance',
  environment: Readonly<Record<string, string | undefined>>,
  createModule: CreateWorkerModule,
): Promise<void> {
  await runProcess({
    name: `${type}-worker`,
    environment,
    build: async (resources, scope) => {
      const { config, log, health, metrics } = resources;
      const server = createHealthServer({ ...config.health, health, metrics, log });
      return [server, await createModule(resources, scope), readiness(resources)];
    },
  });
}
