import { randomUUID } from 'node:crypto';
import { loadConfig } from '@pressroom/config';
import {
  changeCredits,
  createDispatchStore,
  createEventHints,
  createStepStore,
  type Database,
  type EventHintListener,
  type EventHints,
  findJob,
  insertAccount,
  insertAsset,
  type JobRow,
  listenForEventHints,
  listJobEvents,
  listSteps,
  migrateDatabase,
  openDatabase,
  type StepRow,
  submitJob,
} from '@pressroom/database';
import {
  type DispatchStore,
  type GeneratePictureOutput,
  type IngestDocumentOutput,
  type IngestImageOutput,
  type OnItemFailure,
  type PictureReference,
  type PressroomError,
  pictureBook,
  type RenderPictureBookOutput,
  type RetryPolicy,
  type StepHandlers,
  type StepStore,
  silentLog,
  systemIds,
  type WorkerType,
} from '@pressroom/domain';
import { createMetrics } from '@pressroom/observability';
import { createMaintenanceRunner, createReconcileTask } from '@pressroom/process';
import {
  type CanaryLimits,
  createDispatcher,
  createStepWorker,
  type Dispatcher,
  type FlowOptions,
  openQueueBackend,
  type QueueBackend,
  type StepWorker,
} from '@pressroom/queue';
import { createTestDatabase, createTestRedis, eventually } from '@pressroom/testing';
import pg from 'pg';

export const backends = ['redis', 'postgres'] as const;
export type BackendName = (typeof backends)[number];

export type Handlers = StepHandlers<WorkerType>;

const unexpected = (): Promise<never> => Promise.reject(new Error('unexpected'));

/** Handlers that do as they are told, and otherwise succeed at once. */
export function handlers(overrides: Partial<Handlers> = {}): Handlers {
  return {
    'ingest-image': () => Promise.resolve({ output: ingested, assets: [] }),
    'ingest-document': () => Promise.resolve({ output: ingestedDocument, assets: [] }),
    'generate-picture': () => Promise.resolve({ output: generated, assets: [] }),
    // No test of this package submits a report or a plan.
    'map-report-chunks': unexpected,
    'reduce-report': unexpected,
    'render-report': unexpected,
    'write-plan': unexpected,
    'curate-plan': unexpected,
    'render-plan': unexpected,
    'render-picture-book': (context) =>
      Promise.resolve({
        output: {
          document: { ...picture, mediaType: 'application/pdf' },
          pages: context.children.filter((child) => child.status === 'succeeded').length + 2,
          skipped: context.children.flatMap((child, index) => (child.status === 'succeeded' ? [] : [index])),
          preflight: [],
        } satisfies RenderPictureBookOutput,
        assets: [],
      }),
    ...overrides,
  };
}

const picture: PictureReference = {
  assetId: 'asset_none',
  storageKey: 'accounts/none',
  mediaType: 'image/png',
  bytes: 1,
  sha256: '0'.repeat(64),
  width: 1,
  height: 1,
};
const ingested: IngestImageOutput = {
  normalised: picture,
  thumbnail: picture,
  source: { format: 'png', width: 1, height: 1, frames: 1 },
};
const ingestedDocument: IngestDocumentOutput = {
  digest: '0'.repeat(64),
  format: 'text',
  characters: 1,
  chunks: 1,
  tokens: 1,
  source: picture,
  document: picture,
  reused: false,
};
const generated: GeneratePictureOutput = { picture, provider: 'offline', model: 'none', calls: 1 };

export const policy: RetryPolicy = {
  attempts: 3,
  backoffBaseMs: 20,
  backoffLimitMs: 100,
  throttleLimitMs: 1_000,
  throttleTotalMs: 10_000,
  losses: 3,
};
const flowOptions = {
  deliveries: 50,
  keepCompletedSeconds: 3_600,
  keepCompletedCount: 1_000,
  keepFailedSeconds: 3_600,
  keepFailedCount: 1_000,
};

const releases: (() => Promise<unknown>)[] = [];
const atTeardown = (release: () => Promise<unknown>): void => void releases.push(release);

/** Call it after each test: every scene holds a dozen connections, and the server has not many. */
export async function closeScenes(): Promise<void> {
  for (let release = releases.pop(); release !== undefined; release = releases.pop()) await release();
}

export interface Through {
  readonly database?: (url: string) => Promise<string>;
  readonly redis?: (url: string) => Promise<string>;
}

export interface Owner {
  readonly accountId: string;
  readonly assetId: string;
}

export class Scene {
  readonly database: Database;
  readonly steps: StepStore;
  readonly dispatches: DispatchStore;
  readonly hints: EventHints;
  readonly queues: QueueBackend;
  /** Not through a pooler. */
  readonly databaseUrl: string;
  readonly #emptyRedis: (() => Promise<void>) | undefined;
  readonly #owner: Owner = { accountId: systemIds.next('acct'), assetId: systemIds.next('asset') };

  private constructor(
    databaseUrl: string,
    database: Database,
    queues: QueueBackend,
    emptyRedis: (() => Promise<void>) | undefined,
  ) {
    this.#emptyRedis = emptyRedis;
    this.databaseUrl = databaseUrl;
    this.database = database;
    this.queues = queues;
    this.hints = createEventHints(database, silentLog);
    this.steps = createStepStore(database, this.hints);
    this.dispatches = createDispatchStore(database, this.hints);
    atTeardown(() => this.hints.flush());
  }

  /** `through` puts something between the system and its servers. */
  static async open(backend: BackendName, through: Through = {}): Promise<Scene> {
    const created = await createTestDatabase({ template: { name: 'process', prepare: migrateDatabase } });
    const between = await through.database?.(created.directUrl);
    const url = between ?? created.url;
    const directUrl = between ?? created.directUrl;
    const database = openDatabase({ url, poolSize: 10, log: silentLog, applicationName: 'test' });
    atTeardown(() => database.close());
    const redis = backend === 'redis' ? await createTestRedis() : undefined;
    const redisUrl = redis && ((await through.redis?.(redis.url)) ?? redis.url);
    const queues = await openQueueBackend({
      redisUrl,
      databaseUrl: directUrl,
      prefix: '{test}',
      log: silentLog,
    });
    atTeardown(() => queues.close());
    const scene = new Scene(directUrl, database, queues, redis && (() => redis.drop()));
    await scene.#open(scene.#owner);
    return scene;
  }

  /** Another account: `submit` takes jobs in its name. */
  async openAccount(): Promise<Owner> {
    const owner = { accountId: systemIds.next('acct'), assetId: systemIds.next('asset') };
    await this.#open(owner);
    return owner;
  }

  async #open({ accountId, assetId }: Owner): Promise<void> {
    const { executor } = this.database;
    await insertAccount(executor, { id: accountId, name: 'Test' });
    await changeCredits(executor, { accountId, kind: 'grant', amount: 1_000, reason: 'test' });
    await insertAsset(executor, {
      id: assetId,
      accountId,
      role: 'original',
      storageKey: 'accounts/none',
      mediaType: 'image/png',
      bytes: 1,
      sha256: '0'.repeat(64),
    });
  }

  /** `reserve`: credits held for the steps that the book may add when it runs. */
  async submit(
    photos: number,
    onItemFailure: OnItemFailure = 'fail',
    reserve = 0,
    { accountId, assetId }: Owner = this.#owner,
  ): Promise<string> {
    const input = pictureBook.inputSchema.parse({
      photos: Array.from({ length: photos }, () => ({ assetId })),
      style: 'poster',
      title: 'A book',
    });
    const receipt = await submitJob(this.database, systemIds, {
      accountId,
      kind: 'picture-book',
      input,
      plan: { ...pictureBook.plan(input), reserve },
      assets: pictureBook.assets(input),
      onItemFailure,
      priority: 0,
      metadata: {},
    });
    return receipt.jobId;
  }

  async dispatcher(
    options: {
      flowOptions?: Partial<FlowOptions>;
      leaseMs?: number;
      windowFlows?: number;
      accountWindowFlows?: number;
      onExpired?: (jobIds: readonly string[]) => void;
    } = {},
  ): Promise<Dispatcher> {
    const dispatcher = createDispatcher({
      store: this.dispatches,
      flows: this.queues.flows,
      checkQueue: () => this.queues.check(),
      limits: {
        windowFlows: options.windowFlows ?? 50,
        accountWindowFlows: options.accountWindowFlows ?? options.windowFlows ?? 50,
        batch: 20,
        leaseMs: options.leaseMs ?? 5_000,
      },
      flowOptions: { ...flowOptions, ...options.flowOptions },
      sweepIntervalMs: 200,
      log: silentLog,
      ...(options.onExpired === undefined ? {} : { onExpired: options.onExpired }),
    });
    await dispatcher.start();
    atTeardown(() => dispatcher.stop());
    return dispatcher;
  }

  /** Looks several times a second, so that a loss is mended at once. */
  async reconciler(everyMs = 200): Promise<void> {
    const hints = createEventHints(this.database, silentLog);
    const runner = createMaintenanceRunner({
      database: this.database,
      processId: `reconciler-${randomUUID()}`,
      metrics: createMetrics({ service: 'test' }),
      log: silentLog,
    });
    const task = createReconcileTask({
      config: loadConfig({ PRESSROOM_RECONCILE_INTERVAL_MS: String(everyMs) }),
      database: this.database,
      queues: this.queues,
      hints,
    });
    const timer = setInterval(() => void runner.run(task), task.everyMs);
    atTeardown(async () => {
      clearInterval(timer);
      await runner.stop();
    });
    await Promise.resolve();
  }

  /** Everything that the queue knows is gone, as after FLUSHALL or on a new server. */
  async loseQueue(): Promise<void> {
    if (this.#emptyRedis !== undefined) return await this.#emptyRedis();
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    const tables = await client.query<{ tablename: string }>(
      "select tablename from pg_tables where schemaname = 'bullmq' and tablename not like '%migration%' and tablename not like '%schema%'",
    );
    const names = tables.rows.map((row) => `bullmq.${row.tablename}`).join(', ');
    // The workers go on meanwhile, and a truncation that meets them may be the one that a deadlock ends.
    await eventually(() => client.query(`truncate ${names} cascade`), { deadlineMs: 10_000 });
    await client.end();
  }

  async workers(
    given: Handlers = handlers(),
    options: {
      graceMs?: number;
      lockMs?: number;
      store?: Partial<StepStore>;
      backend?: QueueBackend;
      discardWork?: (stepId: string) => Promise<void>;
      canary?: CanaryLimits;
      onStuck?: (error: PressroomError) => void;
      /** Running steps learn that their job is over by hints alone; else by looking alone. */
      hinted?: boolean;
      /** Steps that each worker runs at once. */
      concurrency?: number;
    } = {},
  ): Promise<StepWorker[]> {
    const hinted = options.hinted === true ? { ...(await this.#hinted()), leaseCheckMs: 600_000 } : {};
    const shared = {
      backend: options.backend ?? this.queues,
      store: { ...this.steps, ...options.store },
      policy,
      flowOptions,
      workerId: `test-${randomUUID()}`,
      log: silentLog,
      random: Math.random,
      concurrency: options.concurrency ?? 4,
      lockMs: options.lockMs ?? 5_000,
      stalledIntervalMs: 500,
      maxStalls: 3,
      canary: options.canary ?? { limitMs: 30_000, exitMs: 600_000 },
      onStuck: options.onStuck ?? (() => {}),
      graceMs: options.graceMs ?? 1_000,
      ...hinted,
      ...(options.discardWork === undefined ? {} : { discardWork: options.discardWork }),
    };
    const workers = [
      createStepWorker({ ...shared, type: 'ingest', handlers: given }),
      createStepWorker({ ...shared, type: 'generate', handlers: given }),
      createStepWorker({ ...shared, type: 'pdf', handlers: given }),
    ];
    for (const worker of workers) {
      await worker.start();
      atTeardown(() => worker.stop());
    }
    return workers;
  }

  /** Once it listens. */
  async #hinted(): Promise<Pick<EventHintListener, 'onSettled'>> {
    const listener = listenForEventHints({ url: this.databaseUrl, log: silentLog, pollMs: 600_000 });
    atTeardown(() => listener.close());
    await new Promise<void>((resolve) => listener.onSettled(() => resolve()));
    return listener;
  }

  async job(jobId: string, accountId = this.accountId): Promise<JobRow> {
    const job = await findJob(this.database.executor, accountId, jobId);
    if (job === undefined) throw new Error(`There is no job ${jobId}`);
    return job;
  }

  async stepsOf(jobId: string): Promise<readonly StepRow[]> {
    return await listSteps(this.database.executor, [jobId]);
  }

  async step(jobId: string, key: string): Promise<StepRow> {
    const step = (await this.stepsOf(jobId)).find((row) => row.key === key);
    if (step === undefined) throw new Error(`Job ${jobId} has no step ${key}`);
    return step;
  }

  async events(jobId: string): Promise<readonly string[]> {
    const events = await listJobEvents(this.database.executor, jobId, 0, 10_000);
    return events.map((event) => event.type);
  }

  /** The job once it has settled. */
  async settled(jobId: string, deadlineMs = 30_000, accountId = this.accountId): Promise<JobRow> {
    return await eventually(
      async () => {
        const job = await this.job(jobId, accountId);
        if (job.settledAt === null) throw new Error(`Job ${jobId} is ${job.status}`);
        return job;
      },
      { deadlineMs },
    );
  }

  get accountId(): string {
    return this.#owner.accountId;
  }
}
