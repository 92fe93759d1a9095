import type { Log } from '@pressroom/domain';
import { Cluster, Redis } from 'ioredis';

export interface RedisConnectionOptions {
  /** Milliseconds without an answer after which a connection is taken to be dead. Above the longest wait for a job. */
  readonly answerLimitMs: number;
  readonly log: Log;
}

/**
 * A connection that stands. Several URLs, separated by commas, are nodes of one Redis Cluster; a single one may be, as where one
 * name stands for all nodes, and says so itself when it is asked.
 */
export async function openRedis(urls: string, options: RedisConnectionOptions): Promise<Redis | Cluster> {
  const nodes = urls.split(',');
  const [first = ''] = nodes;
  const { answerLimitMs, log } = options;
  const redisOptions = {
    maxRetriesPerRequest: null,
    // TCP alone would notice a connection that went silent after minutes.
    keepAlive: 10_000,
    socketTimeout: answerLimitMs,
  };
  if (nodes.length === 1) {
    const single = await connected(
      new Redis(first, { ...redisOptions, lazyConnect: true, retryStrategy: retryPauseMs }),
      log,
    );
    if (!(await isClusterNode(single))) return single;
    single.disconnect();
  }
  const { username, password, protocol } = new URL(first);
  const encrypted = protocol === 'rediss:';
  const cluster = new Cluster(nodes, {
    lazyConnect: true,
    clusterRetryStrategy: retryPauseMs,
    // A certificate is for a name, and an address that was looked up is none.
    ...(encrypted ? { dnsLookup: (name, callback) => callback(null, name) } : {}),
    redisOptions: {
      ...redisOptions,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(encrypted ? { tls: {} } : {}),
    },
  });
  return await connected(cluster, log);
}

function retryPauseMs(times: number): number {
  return Math.min(100 * 2 ** Math.min(times, 5), 2_000);
}

async function connected<Connection extends Redis | Cluster>(
  connection: Connection,
  log: Log,
): Promise<Connection> {
  connection.on('error', (error: Error) => log.warn({ err: error }, 'The connection to Redis has a problem'));
  try {
    await connection.connect();
    return connection;
  } catch (error) {
    // It would go on trying by itself, beside the one that the caller opens next.
    connection.disconnect();
    throw error;
  }
}

async function isClusterNode(redis: Redis): Promise<boolean> {
  try {
    return /^cluster_enabled:1/m.test(await redis.info('cluster'));
  } catch {
    // Whoever may not ask is no node of a cluster that could be used.
    return false;
  }
}
