import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { sharedServerUrl } from '../run/test-variables.ts';

export interface TestRedis {
  /** With the number of an empty database of this test's own; a Redis Cluster has only one, for one test after the other. */
  readonly url: string;
  readonly database: number;
  /** For those who would rather share a database by prefix. No `:`; unique in the run. */
  readonly prefix: string;
  /** Empties it. Close your own connections first; they are not ended. */
  drop(): Promise<void>;
}

/** An isolated part of the run's shared Redis. FLUSHALL, kills and restarts need a server of one's own: `startRedis`. */
export async function createTestRedis(): Promise<TestRedis> {
  const shared = sharedServerUrl('redisUrl');
  if (shared.includes(',')) return await wholeCluster(shared);
  const database = await withRedis(shared, (redis) => redis.incr('pressroom-test-databases'));
  const url = `${shared}/${database}`;
  return {
    url,
    database,
    prefix: `test-${database}`,
    drop: () => withRedis(url, async (redis) => void (await redis.flushdb())),
  };
}

async function wholeCluster(url: string): Promise<TestRedis> {
  const drop = async (): Promise<void> => {
    await Promise.all(url.split(',').map((node) => withRedis(node, (redis) => redis.flushall())));
  };
  await drop();
  return { url, database: 0, prefix: `test-${randomUUID()}`, drop };
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
