import { join, resolve } from 'node:path';
import { createApiModule, createLoginLink } from '@pressroom/api';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import { createGenerateWorker } from '@pressroom/generate-worker';
import { createIngestWorker } from '@pressroom/ingest-worker';
import { createMaintenanceWorker } from '@pressroom/maintenance-worker';
import { createPdfWorker } from '@pressroom/pdf-worker';
import { type Foundation, type Resources, readiness, runProcess } from '@pressroom/process';
import { defineService, type Service } from '@pressroom/runtime';
import { keyFilePath, openFirstAccount } from './first-account.ts';
import { renderWelcome } from './welcome.ts';

let server: EmbeddedPostgres | undefined;

await runProcess({
  name: 'all-in-one',
  environment: process.env,
  releaseMs: 20_000,
  prepare: async (foundation) => {
    const config = { ...foundation.config, dataFolder: resolve(foundation.config.dataFolder) };
    if (config.database.url !== undefined) return config;
    server = await openServer({ ...foundation, config });
    return { ...config, database: { ...config.database, url: await server.createDatabase('pressroom') } };
  },
  build: async (resources, scope) => {
    const own = server;
    if (own !== undefined) {
      resources.health.register({ name: 'embedded-postgres', critical: true, check: () => own.check() });
    }
    const firstKey = await openFirstAccount(resources);
    const { service, api } = createApiModule(resources);
    return [
      await createIngestWorker(resources, scope),
      await createGenerateWorker(resources, scope),
      await createPdfWorker(resources, scope),
      await createMaintenanceWorker(resources, scope),
      service,
      readiness(resources),
      welcome(resources, () => api.url(), firstKey !== undefined),
    ];
  },
});

/**
 * Without a database of the user's own, the embedded one: released last, after everything that stands on it. When it cannot be
 * kept up, the process ends, for whoever runs it to see.
 */
async function openServer({ config, log, scope, context }: Foundation): Promise<EmbeddedPostgres> {
  const dataFolder = join(config.dataFolder, 'postgres');
  return await scope.use(
    'embedded PostgreSQL',
    () => openEmbeddedPostgres({ dataFolder, log, onGivenUp: (error) => context.fail(error) }),
    (opened) => opened.stop(),
  );
}

function welcome(resources: Resources, url: () => string, isFirstStart: boolean): Service {
  const { config, database, clock, queues } = resources;
  return defineService('welcome', {
    start: async () => {
      const login = await createLoginLink(database, clock, url());
      process.stdout.write(
        renderWelcome({
          url: url(),
          loginUrl: login.url,
          keyFile: keyFilePath(config.dataFolder),
          isFirstStart,
          queue: queues.kind === 'redis' ? 'BullMQ on Redis' : 'BullMQ on PostgreSQL',
          provider:
            config.generation.kind === 'gemini'
              ? `Gemini (${config.generation.pictureModel})`
              : 'the offline provider',
        }),
      );
    },
    stop: () => {},
  });
}
