import { join, resolve } from 'node:path';
import { createApiModule, createLoginLink } from '@pressroom/api';
import { loadConfig, type PressroomConfig } from '@pressroom/config';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import { createGenerateWorker } from '@pressroom/generate-worker';
import { createIngestWorker } from '@pressroom/ingest-worker';
import { createMaintenanceWorker } from '@pressroom/maintenance-worker';
import { createLogger, type Logger } from '@pressroom/observability';
import { createPdfWorker } from '@pressroom/pdf-worker';
import { openResources, type Resources, readiness } from '@pressroom/process';
import {
  defineService,
  type MainContext,
  type ResourceScope,
  runMain,
  type Service,
} from '@pressroom/runtime';
import { keyFilePath, openFirstAccount } from './first-account.ts';
import { renderWelcome } from './welcome.ts';

const name = 'all-in-one';

await runMain(name, async (scope, context) => {
  const given = loadConfig(process.env);
  const log = createLogger({ name, ...given.log });
  context.configure({ log, graceMs: given.shutdownGraceMs, releaseMs: 20_000 });
  const wanted = { ...given, dataFolder: resolve(given.dataFolder) };
  const server =
    wanted.database.url === undefined ? await openServer(wanted, scope, log, context) : undefined;
  const config = server === undefined ? wanted : await withDatabase(wanted, server);
  const resources = await openResources({
    name,
    config,
    log,
    scope,
    signal: context.signal,
    fail: (error) => context.fail(error),
  });
  if (server !== undefined) {
    resources.health.register({ name: 'embedded-postgres', critical: true, check: () => server.check() });
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
});

/**
 * Without a database of the user's own, the embedded one: released last, after everything that stands on it. When it cannot be
 * kept up, the process ends, for whoever runs it to see.
 */
async function openServer(
  config: PressroomConfig,
  scope: ResourceScope,
  log: Logger,
  context: MainContext,
): Promise<EmbeddedPostgres> {
  const dataFolder = join(config.dataFolder, 'postgres');
  return await scope.use(
    'embedded PostgreSQL',
    () => openEmbeddedPostgres({ dataFolder, log, onGivenUp: (error) => context.fail(error) }),
    (opened) => opened.stop(),
  );
}

async function withDatabase(config: PressroomConfig, server: EmbeddedPostgres): Promise<PressroomConfig> {
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
