/** Servers of its own and the system as supervised processes, for one fault at a time, measured. */
import type { GeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { silentLog } from '@pressroom/domain';
import { openQueueBackend, type QueueBackend } from '@pressroom/queue';
import { ResourceScope } from '@pressroom/runtime';
import { type FaultProxy, type RedisServer, startFaultProxy } from '@pressroom/testing';
import { loseQueue } from '../chaos/lose-queue.ts';
import type { BackendName } from '../chaos/run-plan.ts';
import { openStandServers } from '../chaos/stand-servers.ts';
import {
  type AccountOfRun,
  type AppName,
  type Supervised,
  type SupervisedSystem,
  superviseSystem,
} from '../chaos/supervised-system.ts';
import { drawPhotos } from '../system/drawn-photos.ts';

const accountsOfRun = 4;
const submissionsAtOnce = 8;

export interface RecoveryStandOptions {
  readonly backend: BackendName;
  /** `default`: the intervals that users have. */
  readonly pace: 'quick' | 'default';
  /** One of each when absent. */
  readonly replicas?: (app: AppName) => number;
  /** On top of those of the pace. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly under?: (app: AppName) => readonly string[];
}

/** A book of one photo, whose picture is bought by one call of the provider. */
export interface OneBook {
  readonly jobId: string;
  /** Occurs in its own call and in no other. */
  readonly prompt: string;
}

export interface RecoveryStand {
  readonly system: SupervisedSystem;
  readonly gemini: GeminiStandIn;
  readonly databaseUrl: string;
  readonly redis: RedisServer;
  /** Before Redis; every process goes through it. */
  readonly redisProxy: FaultProxy;
  readonly accounts: readonly AccountOfRun[];
  readonly accountIds: readonly string[];
  /** All that were submitted. */
  readonly books: readonly OneBook[];
  /** Which backend the next process is started on. */
  backend: BackendName;
  /** Of the present backend, past the proxy. */
  queues(): QueueBackend;
  processes(app: AppName): readonly Supervised[];
  /** Submits so many books, some at once. */
  submit(count: number): Promise<readonly OneBook[]>;
  loseQueue(): Promise<void>;
  /** As a crash of the server; back after so many milliseconds. */
  killPostgres(downMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function openRecoveryStand(options: RecoveryStandOptions): Promise<RecoveryStand> {
  const scope = new ResourceScope('recovery');
  try {
    return await open(options, scope);
  } catch (error) {
    await scope.close();
    throw error;
  }
}

async function open(options: RecoveryStandOptions, scope: ResourceScope): Promise<RecoveryStand> {
  const servers = await openStandServers(scope);
  const { databaseUrl, gemini } = servers;
  const redis = await servers.startRedis({ durable: false });
  const redisProxy = await scope.use(
    'proxy',
    () => startFaultProxy({ target: redis.url }),
    (opened) => opened.stop(),
  );
  let backend: BackendName = options.backend;
  const settings = (): Record<string, string> => ({
    DATABASE_URL: databaseUrl,
    ...(backend === 'redis' ? { REDIS_URL: redisProxy.url } : {}),
    ...servers.geminiSettings,
    // All that is submitted shall be in the queue when it is lost.
    PRESSROOM_DISPATCHER_WINDOW_FLOWS: '400',
    PRESSROOM_DISPATCHER_ACCOUNT_WINDOW_FLOWS: '400',
    ...options.settings,
  });
  const system = await scope.use(
    'system',
    () =>
      superviseSystem({
        replicas: options.replicas ?? 1,
        settings,
        pace: options.pace,
        ...(options.under === undefined ? {} : { under: options.under }),
      }),
    (opened) => opened.close(),
  );
  const opened = new Map<BackendName, QueueBackend>();
  for (const name of ['redis', 'postgres'] as const) {
    const queues = await scope.use(
      `queues on ${name}`,
      () =>
        openQueueBackend({
          redisUrl: name === 'redis' ? redis.url : undefined,
          databaseUrl,
          prefix: '{pressroom}',
          log: silentLog,
        }),
      (each) => each.close(),
    );
    opened.set(name, queues);
  }
  const accounts: AccountOfRun[] = [];
  const assets: string[] = [];
  const [photo = ''] = await drawPhotos(1, { width: 320, height: 240 });
  for (let index = 0; index < accountsOfRun; index += 1) {
    const account = await system.openAccount(`recovery ${index}`, 1_000);
    scope.defer('client', () => account.client.close());
    accounts.push(account);
    assets.push((await account.client.uploadAsset(photo)).id);
  }
  const submitted: OneBook[] = [];
  let numbers = 0;

  async function submitOne(): Promise<OneBook> {
    const number = numbers;
    numbers += 1;
    const { client } = accounts[number % accountsOfRun] as AccountOfRun;
    const prompt = `book ${number} of this run.`;
    const photos = [{ assetId: assets[number % accountsOfRun] as string }];
    const job = await client.submitJob({ kind: 'picture-book', input: { photos, prompt, title: prompt } });
    const book = { jobId: job.id, prompt };
    submitted.push(book);
    return book;
  }

  return {
    system,
    gemini,
    databaseUrl,
    redis,
    redisProxy,
    accounts,
    books: submitted,
    accountIds: accounts.map(({ id }) => id),
    get backend() {
      return backend;
    },
    set backend(next) {
      backend = next;
    },
    queues: () => opened.get(backend) as QueueBackend,
    processes: (app) => system.processes.filter((each) => each.app === app),
    submit: async (count) => {
      const books: OneBook[] = [];
      let left = count;
      const submitter = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          books.push(await submitOne());
        }
      };
      await Promise.all(Array.from({ length: submissionsAtOnce }, submitter));
      return books;
    },
    loseQueue: () => loseQueue({ databaseUrl, redisUrl: backend === 'redis' ? redis.url : undefined }),
    killPostgres: (downMs) => servers.restartPostgres('kill', downMs),
    close: () => scope.close(),
  };
}
