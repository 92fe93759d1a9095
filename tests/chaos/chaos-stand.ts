/**
 * What a chaos run stands on, kept up from run to run: servers of its own, the provider's stand-in, a fault proxy for each half
 * of the system before each of them, and the system as processes.
 */
import type { GeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { silentLog } from '@pressroom/domain';
import { openQueueBackend, type QueueBackend } from '@pressroom/queue';
import { ResourceScope } from '@pressroom/runtime';
import { type FaultProxy, type RedisServer, startFaultProxy } from '@pressroom/testing';
import { drawPhotos, truncatedPhoto } from '../system/drawn-photos.ts';
import { type BackendName, drawnPhotos, type Link, links, replicas } from './run-plan.ts';
import { openStandServers } from './stand-servers.ts';
import { type SupervisedSystem, superviseSystem } from './supervised-system.ts';

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
  const servers = await openStandServers(scope);
  const { databaseUrl, gemini } = servers;
  const redis = backend === 'redis' ? await servers.startRedis({ durable: true }) : undefined;
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
      ...servers.geminiSettings,
      // By its path the stand-in knows which of them calls.
      GEMINI_BASE_URL: `${(await putBetween('gemini', replica, gemini.url)).replace(/\/$/, '')}/${replicaPath(replica)}`,
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
    restartPostgres: (downMs) => servers.restartPostgres('stop', downMs),
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
