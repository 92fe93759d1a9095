// The servers that every scenario stands on, as they run in production: PostgreSQL with fsync, Redis with an append-only file
// that is synced every second, as in docker-compose.yml.
import { join } from 'node:path';
import { migrateDatabase } from '@pressroom/database';
import { openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import type { ResourceScope } from '@pressroom/runtime';
import { createTestDatabase, createTestRedis, startRedis, temporaryFolder } from '@pressroom/testing';
import { Redis } from 'ioredis';
import { tellServers } from './tell-servers.ts';

export interface BenchServers {
  /** An empty, migrated database of one's own. */
  database(): Promise<string>;
  /** An empty Redis database of one's own. */
  redis(): Promise<string>;
}

/** Without `durable` nothing waits for the disk: for showing that a scenario works. */
export async function openServers(
  scope: ResourceScope,
  { durable }: { readonly durable: boolean },
): Promise<BenchServers> {
  const folder = await scope.use('folder', temporaryFolder, (opened) => opened.remove());
  const postgres = await scope.use(
    'PostgreSQL',
    () =>
      openEmbeddedPostgres({
        dataFolder: join(folder.path, 'postgres'),
        durability: durable ? 'full' : 'tests',
      }),
    (opened) => opened.stop(),
  );
  const redis = await scope.use(
    'Redis',
    () => startRedis({ dir: join(folder.path, 'redis'), appendonly: true, databases: 64 }),
    (opened) => opened.stop(),
  );
  await syncEverySecond(redis.url);
  tellServers({ postgresUrl: postgres.url, redisUrl: redis.url });
  return {
    database: async () =>
      (await createTestDatabase({ template: { name: 'bench', prepare: migrateDatabase } })).url,
    redis: async () => (await createTestRedis()).url,
  };
}

/** The tests' Redis syncs after every write, which nobody who knows that the queue is disposable would do. */
async function syncEverySecond(url: string): Promise<void> {
  const client = new Redis(url);
  try {
    await client.config('SET', 'appendfsync', 'everysec');
  } finally {
    client.disconnect();
  }
}
