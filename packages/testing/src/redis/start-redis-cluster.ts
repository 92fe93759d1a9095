import { join } from 'node:path';
import { freeLoopbackPort } from '@pressroom/embedded-postgres';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../temporary-folder.ts';
import { eventually } from '../time/eventually.ts';
import { type RedisServer, startRedis } from './start-redis.ts';

const slots = 16_384;

export interface RedisClusterOptions {
  /** Default 3. */
  readonly masters?: number;
  /** Default: a temporary folder. */
  readonly dir?: string;
}

export interface RedisCluster {
  /** Of all nodes, separated by commas. */
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** A Redis Cluster of masters without replicas, on ports of its own. Resolves once every node says that it is whole. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const masters = options.masters ?? 3;
  const dir = options.dir ?? (await temporaryFolder()).path;
  const nodes: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const buses: number[] = [];
    for (let index = 0; index < masters; index += 1) {
      // Its own port for the bus: the usual one, 10,000 higher, need not exist.
      const busPort = await freeLoopbackPort();
      nodes.push(
        await startRedis({
          dir: join(dir, `node-${index}`),
          databases: 1,
          settings: {
            'cluster-enabled': 'yes',
            'cluster-port': String(busPort),
            'cluster-node-timeout': '2000',
          },
        }),
      );
      buses.push(busPort);
    }
    await Promise.all(
      nodes.map((node, index) =>
        withNode(node, async (redis) => {
          const first = Math.ceil((index * slots) / masters);
          const last = Math.ceil(((index + 1) * slots) / masters) - 1;
          await redis.call('CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
          // Two masters of the same epoch settle that between themselves, which takes its time.
          await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
        }),
      ),
    );
    const [first, ...others] = nodes as [RedisServer, ...RedisServer[]];
    await withNode(first, async (redis) => {
      for (const [index, { port }] of others.entries())
        await redis.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(buses[index + 1]));
    });
    await Promise.all(nodes.map((node) => withNode(node, (redis) => untilWhole(redis, masters))));
    return { url: nodes.map(({ url }) => url).join(','), nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilWhole(redis: Redis, masters: number): Promise<void> {
  await eventually(
    async () => {
      const info = String(await redis.call('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${masters}`);
    },
    { deadlineMs: 20_000, what: 'the Redis Cluster to be whole' },
  );
}

async function withNode<T>(
  { url }: { readonly url: string },
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
