import { join, resolve } from 'node:path';
import { createApiModule, createLoginLink } from '@pressroom/api';
import { loadConfig, type PressroomConfig } from '@pressroom/config';
import { openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import { createGenerateWorker } from '@pressroom/generate-worker';
import { createIngestWorker } from '@pressroom/ingest-worker';
import { createLogger, type Logger } from '@pressroom/observability';
import { createPdfWorker } from '@pressroom/pdf-worker';
import { openResources, type Resources, readiness } from '@pressroom/process';
import { defineService, type ResourceScope, runMain, type Service } from '@pressroom/runtime';
import { keyFilePath, openFirstAccount } from './first-account.ts';
import { renderWelcome } from './welcome.ts';

const name = 'all-in-one';

await runMain(name, async (scope, context) => {
  const given = loadConfig(process.env);
  const log = createLogger({ name, ...given.log });
  context.configure({ log, graceMs: given.shutdownGraceMs, releaseMs: 20_000 });
  const config = await withDatabase({ ...given, dataFolder: resolve(given.dataFolder) }, scope, log);
  const resources = await openResources({ name, config, log, scope, signal: context.signal });
  const firstKey = await openFirstAccount(resources);
  const { service, api } = await createApiModule(resources, scope);
  return [
    await createIngestWorker(resources, scope),
    await createGenerateWorker(resources, scope),
    await createPdfWorker(resources, scope),
    service,
    readiness(resources),
    welcome(resources, () => api.url(), firstKey !== undefined),
  ];
});

/** Without a database of the user's own, the embedded one: released last, after everything that stands on it. */
async function withDatabase(
  config: PressroomConfig,
  scope: ResourceScope,
  log: Logger,
): Promise<PressroomConfig> {
  if (config.database.url !== undefined) return config;
  const server = await scope.use(
    'embedded PostgreSQL',
    () => openEmbeddedPostgres({ dataFolder: join(config.dataFolder, 'postgres'), log }),
    (opened) => opened.stop(),
  );
  return { ...config, database: { ...config.database, url: await server.createDatabase('pressroom') } };
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
