/** What every process of Pressroom stands on, opened in one order and released in the reverse one. */
import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import type { PressroomConfig } from '@pressroom/config';
import {
  createEventHints,
  createProviderCallStore,
  createStepStore,
  type Database,
  type EventHintListener,
  type EventHints,
  listenForEventHints,
  migrateDatabase,
  openDatabase,
} from '@pressroom/database';
import {
  type AssetStore,
  armFaultPoints,
  type Clock,
  type IdSource,
  type Log,
  PressroomError,
  type ProviderCallStore,
  type StepStore,
  systemClock,
  systemIds,
} from '@pressroom/domain';
import { createHealth, createMetrics, type Health, type Metrics } from '@pressroom/observability';
import { countQueues, openQueueBackend, type QueueBackend } from '@pressroom/queue';
import { createMemoryBudget, type ResourceScope, type SharedMemoryBudget } from '@pressroom/runtime';
import { openAssetStore } from '@pressroom/storage';
import { checkProvider } from './check-provider.ts';
import { faultsIn } from './faults-folder.ts';
import { createHeartbeats, type Heartbeats } from './heartbeats.ts';
import { budgetOf, memoryLimits } from './memory-limits.ts';
import { waitUntilReachable } from './wait-until-reachable.ts';

export interface Resources {
  readonly config: PressroomConfig;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** In [0, 1). */
  readonly random: () => number;
  /** Names this process in leases and logs. */
  readonly processId: string;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Where a session lasts, so that one can listen there. */
  readonly directDatabaseUrl: string;
  readonly database: Database;
  readonly hints: EventHints;
  /** What all processes tell each other by `hints`: one connection of its own for the whole process. */
  readonly hintListener: EventHintListener;
  readonly steps: StepStore;
  readonly providerCalls: ProviderCallStore;
  readonly queues: QueueBackend;
  readonly assets: AssetStore;
  /** Says in the record which parts of the process live. */
  readonly heartbeats: Heartbeats;
  /** For a part that cannot be brought back: the process stops and exits with 1. */
  readonly fail: (error: unknown) => void;
  /** For work on pictures and pages, shared by all workers of the process. */
  readonly memory: SharedMemoryBudget;
}

/** How often whoever waits for a hint looks without one. */
const hintPollMs = 1_000;

export interface OpenResourcesOptions {
  readonly name: string;
  readonly config: PressroomConfig;
  readonly log: Log;
  readonly scope: ResourceScope;
  readonly signal: AbortSignal;
  readonly fail: (error: unknown) => void;
  /** Whether the process is of no use while its queue is away. What only submits writes to the record first. */
  readonly needsQueue: boolean;
}

/**
 * Waits for PostgreSQL and Redis, brings both schemas up to date, and opens the rest.
 *
 * @throws PressroomError `settings-invalid` without `DATABASE_URL`; `database-unavailable` when nothing answers for a minute
 */
export async function openResources(options: OpenResourcesOptions): Promise<Resources> {
  const { name, config, log, scope, signal } = options;
  const databaseUrl = config.database.url;
  const directDatabaseUrl = config.database.directUrl ?? databaseUrl;
  if (databaseUrl === undefined || directDatabaseUrl === undefined) {
    throw new PressroomError(
      'settings-invalid',
      `DATABASE_URL is not set: ${name} runs apart from the others and needs a database that they share. "npm start" brings its own.`,
    );
  }
  if (config.faultsFolder !== undefined) {
    armFaultPoints(faultsIn(config.faultsFolder));
    scope.defer('fault points', () => armFaultPoints(undefined));
    log.warn({ folder: config.faultsFolder }, 'This process breaks where a test tells it to');
  }
  const metrics = createMetrics({ service: name });
  const health = createHealth();
  const database = await scope.use(
    'database',
    () =>
      openDatabase({
        url: databaseUrl,
        poolSize: config.database.poolSize,
        log,
        applicationName: `pressroom-${name}`,
      }),
    (opened) => opened.close(),
  );
  await waitUntilReachable('the database', () => database.check(), { log, signal });
  await migrateDatabase(databaseUrl);
  const queues = await scope.use(
    'queues',
    () =>
      waitUntilReachable(
        'the queue',
        () =>
          openQueueBackend({
            redisUrl: config.redis.url,
            databaseUrl: directDatabaseUrl,
            prefix: config.queue.prefix,
            log,
          }),
        { log, signal },
      ),
    (opened) => opened.close(),
  );
  const assets = await scope.use(
    'asset store',
    () => openAssetStore(config.storage),
    (opened) => opened.close(),
  );
  const hints = createEventHints(database, log);
  scope.defer('event hints', () => hints.flush());
  const hintListener = await scope.use(
    'hint listener',
    () => listenForEventHints({ url: directDatabaseUrl, log, pollMs: hintPollMs }),
    (listener) => listener.close(),
  );
  const providerCalls = createProviderCallStore(database);
  health.register({ name: 'database', critical: true, check: () => database.check() });
  health.register({
    name: 'queue',
    critical: options.needsQueue,
    check: async () => {
      await queues.check();
      return { backend: queues.kind };
    },
  });
  health.register({
    name: 'provider',
    critical: false,
    check: () => checkProvider(config, providerCalls),
  });
  health.register({ name: 'asset-store', critical: true, check: () => assets.check(), timeoutMs: 5_000 });
  const processId = `${name}@${hostname()}:${process.pid}`;
  const heartbeats = await scope.use(
    'heartbeats',
    () => createHeartbeats({ database, processId, ids: systemIds, clock: systemClock, log }),
    (opened) => opened.close(),
  );
  metrics.observeQueues(() => countQueues(queues));
  const memory = createMemoryBudget(config.memoryBudgetBytes ?? budgetOf(memoryLimits()));
  metrics.observeMemory(() => memory.use);
  return {
    config,
    log,
    clock: systemClock,
    ids: systemIds,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    processId,
    metrics,
    health,
    directDatabaseUrl,
    database,
    hints,
    hintListener,
    steps: createStepStore(database, hints),
    providerCalls,
    queues,
    assets,
    heartbeats,
    fail: options.fail,
    memory,
  };
}
