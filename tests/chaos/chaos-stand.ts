/**
 * What a chaos run stands on, kept up from run to run: servers of its own, the provider's stand-in, a fault proxy for each half
 * of the system before each of them, and the system as processes.
 */
import { join } from 'node:path';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { migrateDatabase } from '@pressroom/database';
import { silentLog } from '@pressroom/domain';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import { openQueueBackend, type QueueBackend } from '@pressroom/queue';
import { ResourceScope } from '@pressroom/runtime';
import {
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedis,
  temporaryFolder,
} from '@pressroom/testing';
import { drawPhotos, truncatedPhoto } from '../system/drawn-photos.ts';
import { type BackendName, drawnPhotos, type Link, links, replicas } from './run-plan.ts';
import { type SupervisedSystem, superviseSystem } from './supervised-system.ts';

const apiKey = 'stand-in-key-of-chaos';
const model = 'picture-model';

export function replicaPath(replica: number): string {
  return `replica-${replica}`;
}

export interface ChaosStand {
  readonly backend: BackendName;
  readonly system: SupervisedSystem;
  readonly gemini: GeminiStandIn;
  /** Not through a proxy. */
  readonly databaseUrl: string;
  readonly redis: RedisServer | undefined;
  readonly queues: QueueBackend;
  /** Of each API, through its proxy. */
  readonly clientUrls: readonly string[];
  readonly photos: readonly string[];
  readonly damagedPhoto: string;
  proxy(link: Link, replica: number): FaultProxy;
  restartPostgres(downMs: number): Promise<void>;
  /** Lets everything pass and run again. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function openChaosStand(backend: BackendName): Promise<ChaosStand> {
  const scope = new ResourceScope('chaos');
  try {
    return await open(backend, scope);
  } catch (error) {
    await scope.close();
    throw error;
  }
}

async function open(backend: BackendName, scope: ResourceScope): Promise<ChaosStand> {
  const folder = await scope.use('folder', temporaryFolder, (opened) => opened.remove());
  const dataFolder = join(folder.path, 'postgres');
  let postgres: EmbeddedPostgres = await openEmbeddedPostgres({ dataFolder, durability: 'full' });
  scope.defer('PostgreSQL', () => postgres.stop());
  const databaseUrl = await postgres.createDatabase('pressroom');
  await migrateDatabase(databaseUrl);
  const redis =
    backend === 'redis'
      ? await scope.use(
          'Redis',
          () => startRedis({ dir: join(folder.path, 'redis'), appendonly: true }),
          (opened) => opened.stop(),
        )
      : undefined;
  const gemini = await scope.use(
    'stand-in',
    () => startGeminiStandIn({ apiKey, models: [model] }),
    (opened) => opened.close(),
  );
  const proxies = new Map<string, FaultProxy>();
  const nameOf = (link: Link, replica: number): string => `${link}-${replica}`;
  const putBetween = async (link: Link, replica: number, target: string): Promise<string> => {
    const name = nameOf(link, replica);
    const proxy = await scope.use(
      `proxy ${name}`,
      () => startFaultProxy({ target }),
      (opened) => opened.stop(),
    );
    proxies.set(name, proxy);
    return proxy.url;
  };
  const settings: Record<string, string>[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    settings.push({
      DATABASE_URL: await putBetween('postgres', replica, databaseUrl),
      ...(redis === undefined ? {} : { REDIS_URL: await putBetween('redis', replica, redis.url) }),
      GEMINI_API_KEY: apiKey,
      // By its path the stand-in knows which of them calls.
      GEMINI_BASE_URL: `${(await putBetween('gemini', replica, gemini.url)).replace(/\/$/, '')}/${replicaPath(replica)}`,
      GEMINI_PICTURE_MODEL: model,
      AI_TIMEOUT_BASE_MS: '4000',
      // A breaker that opens would otherwise be most of the run.
      AI_BREAKER_RECOVERY_MS: '2000',
      PRESSROOM_QUEUE_MAX_STALLS: '10',
      PRESSROOM_QUEUE_ATTEMPTS: '8',
    });
  }
  const system = await scope.use(
    'system',
    () => superviseSystem({ replicas, settings: (replica) => settings[replica] ?? {} }),
    (opened) => opened.close(),
  );
  const clientUrls: string[] = [];
  for (const [replica, url] of system.urls.entries())
    clientUrls.push(await putBetween('client', replica, url));
  const queues = await scope.use(
    'queues',
    () => openQueueBackend({ redisUrl: redis?.url, databaseUrl, prefix: '{pressroom}', log: silentLog }),
    (opened) => opened.close(),
  );
  return {
    backend,
    system,
    gemini,
    databaseUrl,
    redis,
    queues,
    clientUrls,
    photos: await drawPhotos(drawnPhotos, { width: 320, height: 240 }),
    damagedPhoto: await truncatedPhoto(),
    proxy: (link, replica) => {
      const proxy = proxies.get(nameOf(link, replica));
      if (proxy === undefined) throw new Error(`There is no proxy ${nameOf(link, replica)} on ${backend}`);
      return proxy;
    },
    restartPostgres: async (downMs) => {
      const { port } = postgres;
      await postgres.stop();
      await new Promise((resolve) => setTimeout(resolve, downMs));
      postgres = await openEmbeddedPostgres({ dataFolder, durability: 'full', port });
    },
    heal: async () => {
      for (const { process } of system.processes) process.kill('SIGCONT');
      for (const link of links) {
        for (let replica = 0; replica < replicas; replica += 1) {
          await proxies.get(nameOf(link, replica))?.setMode('pass');
        }
      }
      gemini.otherwise({ kind: 'picture' });
      await system.disarm();
    },
    close: () => scope.close(),
  };
}
