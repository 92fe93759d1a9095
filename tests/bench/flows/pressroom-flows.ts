/** Our side: jobs submitted in a transaction, dispatched, run by step workers, and settled in the record. */
import {
  changeCredits,
  createDispatchStore,
  createEventHints,
  createStepStore,
  type Database,
  insertAccount,
  insertAsset,
  listenForEventHints,
  openDatabase,
  submitJob,
} from '@pressroom/database';
import {
  pictureBook,
  type StepHandlers,
  type StepStore,
  silentLog,
  systemIds,
  type WorkerType,
} from '@pressroom/domain';
import {
  claimBatch,
  createDispatcher,
  createStepWorker,
  type Dispatcher,
  openQueueBackend,
  type QueueBackend,
} from '@pressroom/queue';
import type { ResourceScope } from '@pressroom/runtime';
import pg from 'pg';
import type { BenchServers } from '../servers.ts';
import { type FlowBackend, type FlowRunner, flowOptions, flowSettings } from './flow-settings.ts';
import { idleHandlers } from './idle-handlers.ts';

/** Accounts that submit by turns: more than one, as on a system that is busy; few enough to share rows. */
const accountCount = 8;

export interface FlowSystem {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly queues: QueueBackend;
  readonly redisUrl: string | undefined;
  readonly dispatcher: Dispatcher;
  readonly accounts: readonly { readonly accountId: string; readonly assetId: string }[];
  /** Resolves once the record says that the job has succeeded. */
  settled(jobId: string): Promise<void>;
  /** Starts the workers of a type in this process. */
  work<Type extends WorkerType>(
    type: Type,
    handlers: StepHandlers<Type>,
    concurrency?: number,
  ): Promise<void>;
}

export async function openFlowSystem(
  backend: FlowBackend,
  servers: BenchServers,
  scope: ResourceScope,
): Promise<FlowSystem> {
  const databaseUrl = await servers.database();
  const redisUrl = backend === 'redis' ? await servers.redis() : undefined;
  const log = silentLog;
  const database = await scope.use(
    'database',
    // An API and a worker of each type have ten by default, each in a process of its own.
    () => openDatabase({ url: databaseUrl, poolSize: 40, log, applicationName: 'bench' }),
    (opened) => opened.close(),
  );
  const queues = await scope.use(
    'queues',
    () => openQueueBackend({ redisUrl, databaseUrl, prefix: '{pressroom}', log }),
    (opened) => opened.close(),
  );
  const hints = createEventHints(database, log);
  scope.defer('hints', () => hints.flush());
  const listener = await scope.use(
    'hint listener',
    () => listenForEventHints({ url: databaseUrl, log, pollMs: 1_000 }),
    (opened) => opened.close(),
  );
  const dispatcher = createDispatcher({
    store: createDispatchStore(database, hints),
    flows: queues.flows,
    checkQueue: () => queues.check(),
    limits: {
      windowFlows: flowSettings.windowFlows,
      accountWindowFlows: flowSettings.accountWindowFlows,
      batch: claimBatch,
      leaseMs: 30_000,
    },
    flowOptions: flowOptions(backend),
    sweepIntervalMs: 5_000,
    log,
  });
  listener.onSettled(dispatcher.nudge);
  await dispatcher.start();
  scope.defer('dispatcher', () => dispatcher.stop());
  const { store, settled } = watched(createStepStore(database, hints));
  return {
    database,
    databaseUrl,
    queues,
    redisUrl,
    dispatcher,
    accounts: await openAccounts(database),
    settled,
    work: async (type, handlers, concurrency = flowSettings.concurrency) => {
      const worker = createStepWorker({
        type,
        handlers,
        backend: queues,
        store,
        policy: {
          attempts: 4,
          backoffBaseMs: 1_000,
          backoffLimitMs: 60_000,
          throttleLimitMs: 3_600_000,
          throttleTotalMs: 3_600_000,
          losses: 5,
        },
        flowOptions: flowOptions(backend),
        workerId: `bench-${type}`,
        log,
        random: Math.random,
        concurrency,
        lockMs: flowSettings.lockMs,
        stalledIntervalMs: flowSettings.stalledIntervalMs,
        maxStalls: 5,
        canary: { limitMs: 30_000, exitMs: 600_000 },
        onStuck: () => {},
        graceMs: 1_000,
      });
      await worker.start();
      scope.defer(worker.name, () => worker.stop());
    },
  };
}

export async function openPressroomFlows(
  backend: FlowBackend,
  servers: BenchServers,
  scope: ResourceScope,
): Promise<FlowRunner> {
  const system = await openFlowSystem(backend, servers, scope);
  await system.work('ingest', idleHandlers);
  await system.work('generate', idleHandlers);
  await system.work('pdf', idleHandlers);
  return {
    run: async (index) => {
      const account = accountOf(system, index);
      const jobId = await submitBook(system, account.accountId, [account.assetId]);
      await system.settled(jobId);
    },
    verify: async (expected) => {
      const client = new pg.Client({ connectionString: system.databaseUrl });
      await client.connect();
      const { rows } = await client.query<{ count: string }>(
        "select count(*) from jobs where status = 'succeeded' and captured = 2",
      );
      await client.end();
      if (Number(rows[0]?.count) === expected) return;
      throw new Error(`${rows[0]?.count} of ${expected} jobs have succeeded`);
    },
  };
}

/** Accepts a book, as the API's own service does, and tells the dispatcher. */
export async function submitBook(
  system: FlowSystem,
  accountId: string,
  assetIds: readonly string[],
): Promise<string> {
  const input = pictureBook.inputSchema.parse({
    photos: assetIds.map((assetId) => ({ assetId })),
    style: 'poster',
    title: 'A book',
  });
  const { jobId } = await submitJob(system.database, systemIds, {
    accountId,
    kind: 'picture-book',
    input,
    plan: pictureBook.plan(input),
    assets: pictureBook.assets(input),
    onItemFailure: 'fail',
    priority: 0,
    metadata: {},
  });
  system.dispatcher.nudge();
  return jobId;
}

export function accountOf(system: FlowSystem, index: number): FlowSystem['accounts'][number] {
  const account = system.accounts[index % system.accounts.length];
  if (account === undefined) throw new Error('There is no account');
  return account;
}

async function openAccounts(database: Database): Promise<FlowSystem['accounts']> {
  const accounts = Array.from({ length: accountCount }, () => ({
    accountId: systemIds.next('acct'),
    assetId: systemIds.next('asset'),
  }));
  for (const { accountId, assetId } of accounts) {
    await insertAccount(database.executor, { id: accountId, name: 'bench' });
    await changeCredits(database.executor, { accountId, kind: 'grant', amount: 1_000_000, reason: 'bench' });
    await insertAsset(database.executor, {
      id: assetId,
      accountId,
      role: 'original',
      storageKey: 'accounts/none',
      mediaType: 'image/png',
      bytes: 1,
      sha256: '0'.repeat(64),
    });
  }
  return accounts;
}

/** The store returns after the commit: no polling has a part in what is measured. */
function watched(store: StepStore): { store: StepStore; settled: (jobId: string) => Promise<void> } {
  const waiting = new Map<string, () => void>();
  const early = new Set<string>();
  return {
    store: {
      ...store,
      succeed: async (lease, completion) => {
        const succeeded = await store.succeed(lease, completion);
        if (!succeeded || !('document' in completion.output)) return succeeded;
        const resolve = waiting.get(lease.jobId);
        if (resolve === undefined) early.add(lease.jobId);
        else resolve();
        return succeeded;
      },
    },
    settled: async (jobId) => {
      if (early.delete(jobId)) return;
      await new Promise<void>((resolve) => waiting.set(jobId, resolve));
      waiting.delete(jobId);
    },
  };
}
