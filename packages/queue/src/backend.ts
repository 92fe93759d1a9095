/**
 * The one way to open a queue. BullMQ runs on Redis when there is one and on PostgreSQL when there is not; everything above
 * this file is the same for both.
 */
import { type Log, PressroomError, type WorkerType, workerTypes } from '@pressroom/domain';
import {
  type ConnectionOptions,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  FlowProducer,
  type PgPool,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  type Processor,
  Queue,
  type RedisQueueBackend,
  runMigrations,
  type Worker,
  type WorkerOptions,
} from 'bullmq';
import pg from 'pg';
import type { StepPayload } from './flow.ts';
import { openRedis } from './redis-connection.ts';
import { type FetchLoop, WatchedWorker } from './watched-worker.ts';

/** The queue of the maintenance worker's schedule; it holds no steps. */
export const maintenanceQueue = 'maintenance';
export type QueueName = WorkerType | typeof maintenanceQueue;

export interface QueueBackendSettings {
  /** Several, separated by commas, are nodes of one Redis Cluster. Absent: the queues live in PostgreSQL, in a schema of their own. */
  readonly redisUrl?: string | undefined;
  /** PostgreSQL itself: a queue's sessions last, which a pooler in transaction mode does not give. */
  readonly databaseUrl: string;
  /** In braces, so that all keys of the queues fall into one slot of a Redis Cluster. */
  readonly prefix: string;
  readonly log: Log;
}

export type WorkerSettings = Pick<
  WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'settings' | 'name'
> & {
  /** Milliseconds after which an idle worker asks again, whether or not it was told of a job. */
  readonly fetchPauseMs: number;
};

export type QueueWorker<Data = StepPayload> = Worker<Data> & FetchLoop;

export interface QueueBackend {
  readonly kind: 'redis' | 'postgres';
  /** The same object every time. */
  queue(name: WorkerType): Queue<StepPayload>;
  /** Those of the worker types. */
  readonly queues: readonly Queue<StepPayload>[];
  readonly schedule: Queue<object>;
  readonly flows: FlowProducer;
  /** Does not run yet: call `run()`. The caller closes it. */
  worker<Data = StepPayload>(
    name: QueueName,
    processor: Processor<Data>,
    settings: WorkerSettings,
  ): QueueWorker<Data>;
  /** Throws when the backend does not answer. */
  check(): Promise<void>;
  /** Drops the connections that all share: to be called when `check` was not answered, since a silent one may never end. */
  reconnect(): void;
  close(): Promise<void>;
}

/** Milliseconds without an answer after which a connection is taken to be dead. Above the longest wait for a job. */
const answerLimitMs = 20_000;

/** Connects, and for PostgreSQL brings the queue's schema up to date: what is built on a schema that is not there never recovers. */
export async function openQueueBackend(settings: QueueBackendSettings): Promise<QueueBackend> {
  return settings.redisUrl === undefined
    ? await openOnPostgres(settings)
    : await openOnRedis(settings, settings.redisUrl);
}

async function openOnRedis(settings: QueueBackendSettings, url: string): Promise<QueueBackend> {
  const connection = await openRedis(url, { answerLimitMs, log: settings.log });
  const shared = { connection, prefix: settings.prefix };
  const parts = openParts({
    log: settings.log,
    queue: (name) => new Queue(name, shared),
    flows: () => new FlowProducer(shared),
    worker: (name, processor, options) =>
      new WatchedWorker<unknown, RedisQueueBackend, ConnectionOptions>(name, processor, {
        ...shared,
        ...options,
      }),
  });
  return {
    kind: 'redis',
    ...parts,
    check: async () => {
      if (connection.status !== 'ready') throw new Error(`The connection to Redis is ${connection.status}`);
      await connection.ping();
    },
    reconnect: () => connection.disconnect(true),
    close: async () => {
      await parts.close();
      connection.disconnect();
    },
  };
}

/**
 * The queue's commits do not wait for the disk. Both live in one log, and the record's commits do wait: whatever the record
 * says after a crash of the server, the queue's writes before it are there too. What the crash may take is the queue's last
 * half second, and losing that is what a worker's death looks like: the step is delivered again, and the record knows it.
 */
const relaxedCommits = '-c synchronous_commit=off';

async function openOnPostgres(settings: QueueBackendSettings): Promise<QueueBackend> {
  const { databaseUrl, prefix } = settings;
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'pressroom-queue-migrate',
  });
  // A lost connection fails the statement that runs; without a listener it would also end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
  const onPoolError = (error: Error): void =>
    settings.log.warn({ err: error }, 'An idle connection of the queue was lost');
  // One pool for all that only adds and looks. A worker has its own: it holds a connection for as long as it lives.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 6,
    application_name: 'pressroom-queue',
    options: `-c search_path=${DEFAULT_SCHEMA} ${relaxedCommits}`,
    connectionTimeoutMillis: 10_000,
    query_timeout: answerLimitMs,
    keepAlive: true,
  });
  pool.on('error', onPoolError);
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    throw pooled(error) ? needsDirectUrl(error) : error;
  }
  const options = { connection: pool as unknown as PgPool, prefix };
  const parts = openParts({
    log: settings.log,
    queue: (name) => new Queue(name, options, createPostgresBackend) as unknown as Queue,
    flows: () => new FlowProducer(options, createPostgresBackend) as unknown as FlowProducer,
    worker: (name, processor, workerOptions) =>
      new WatchedWorker<unknown, PostgresQueueBackend, PostgresConnectionOptions>(
        name,
        processor,
        // The default of 15 s would be 15 s of nothing after a restart of the database.
        {
          connection: {
            connectionString: databaseUrl,
            max: (workerOptions.concurrency ?? 1) + 2,
            options: relaxedCommits,
            connectionTimeoutMillis: 10_000,
            query_timeout: answerLimitMs,
            keepAlive: true,
          },
          prefix,
          ...workerOptions,
          runRetryDelay: 1_000,
        },
        createPostgresBackend,
      ),
  });
  return {
    kind: 'postgres',
    ...parts,
    check: async () => {
      await pool.query('select 1');
    },
    // Each connection of the pool that does not answer is dropped by its own time-out.
    reconnect: () => {},
    close: async () => {
      await parts.close();
      await pool.end();
    },
  };
}

/** A pooler in transaction mode takes no options for a session. */
function pooled(error: unknown): boolean {
  return /unsupported startup parameter/i.test((error as { message?: string }).message ?? '');
}

function needsDirectUrl(cause: unknown): PressroomError {
  return new PressroomError(
    'settings-invalid',
    'DATABASE_URL leads to a connection pooler, and the queues need PostgreSQL itself: set DATABASE_DIRECT_URL, or REDIS_URL',
    { cause },
  );
}

interface PartFactories {
  readonly log: Log;
  readonly queue: (name: string) => Queue;
  readonly flows: () => FlowProducer;
  readonly worker: (
    name: string,
    processor: Processor<unknown>,
    options: Omit<WorkerSettings, 'fetchPauseMs'> & {
      readonly autorun: false;
      readonly maximumRateLimitDelay: number;
    },
  ) =>
    | WatchedWorker<unknown, RedisQueueBackend, ConnectionOptions>
    | WatchedWorker<unknown, PostgresQueueBackend, PostgresConnectionOptions>;
}

function openParts(
  factories: PartFactories,
): Pick<QueueBackend, 'queue' | 'queues' | 'schedule' | 'flows' | 'worker' | 'close'> {
  const onError = (error: Error): void =>
    factories.log.warn({ err: error }, 'A queue has a problem with its connection');
  const byType = new Map(workerTypes.map((type) => [type, factories.queue(type)]));
  const schedule = factories.queue(maintenanceQueue);
  const flows = factories.flows();
  flows.on('error', onError);
  for (const queue of [...byType.values(), schedule]) queue.on('error', onError);
  return {
    queues: [...byType.values()],
    schedule,
    flows,
    queue: (type) => {
      const queue = byType.get(type);
      if (queue === undefined) throw new Error(`There is no queue for worker type '${type}'`);
      return queue;
    },
    worker: <Data>(
      name: QueueName,
      processor: Processor<Data>,
      { fetchPauseMs, ...options }: WorkerSettings,
    ) => {
      const worker = factories.worker(name, processor as Processor<unknown>, {
        ...options,
        autorun: false,
        // A queue that is told to wait is asked as often, or its workers would look dead.
        maximumRateLimitDelay: fetchPauseMs,
      });
      worker.fetchPauseMs = fetchPauseMs;
      worker.on('error', onError);
      return worker as unknown as QueueWorker<Data>;
    },
    close: async () => {
      await Promise.allSettled([...byType.values(), schedule, flows].map((part) => part.close()));
    },
  };
}
