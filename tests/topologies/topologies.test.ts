/**
 * Servers as users run them: PostgreSQL behind PgBouncer in transaction mode, and a Redis Cluster of three masters. Whatever
 * else holds there is shown by the other tests, which `npm run test:topologies` runs there too.
 */
import { expect, test } from '@jest/globals';
import { migrateDatabase, openDatabase } from '@pressroom/database';
import { silentLog } from '@pressroom/domain';
import { openQueueBackend } from '@pressroom/queue';
import { createTestDatabase, startPgBouncer, startRedis, startRedisCluster } from '@pressroom/testing';
import { drawPhotos } from '../system/drawn-photos.ts';
import { startSystem } from '../system/running-system.ts';

test('behind PgBouncer twenty-five processes that start at once bring the schema up to date, once', async () => {
  const { directUrl } = await createTestDatabase();
  const pooler = await startPgBouncer({ target: directUrl, poolSize: 3 });
  try {
    await Promise.all(Array.from({ length: 25 }, () => migrateDatabase(pooled(pooler.url, directUrl))));
    const database = openDatabase({
      url: pooled(pooler.url, directUrl),
      poolSize: 2,
      log: silentLog,
      applicationName: 'test',
    });
    const { rows } = await database.executor.execute<{ doubles: number }>(
      'select count(*)::int - count(distinct hash)::int as doubles from drizzle.__drizzle_migrations',
    );
    expect(rows).toEqual([{ doubles: 0 }]);
    await database.close();
  } finally {
    await pooler.stop();
  }
});

test('queues in PostgreSQL say at once that they cannot live behind a pooler, and what to set', async () => {
  const { directUrl } = await createTestDatabase();
  const pooler = await startPgBouncer({ target: directUrl });
  try {
    const opened = openQueueBackend({
      databaseUrl: pooled(pooler.url, directUrl),
      prefix: '{test}',
      log: silentLog,
    });
    await expect(opened).rejects.toMatchObject({
      code: 'settings-invalid',
      message: expect.stringContaining('DATABASE_DIRECT_URL'),
    });
  } finally {
    await pooler.stop();
  }
});

test('a book is made behind PgBouncer alone: without a direct address readers look instead of being told', async () => {
  const { directUrl } = await createTestDatabase();
  const pooler = await startPgBouncer({ target: directUrl });
  const url = pooled(pooler.url, directUrl);
  const system = await startSystem('redis', { DATABASE_URL: url, DATABASE_DIRECT_URL: url });
  try {
    const submitted = await system.submitBook(await drawPhotos(2));
    expect(await system.client.waitForJob(submitted.id)).toMatchObject({
      status: 'succeeded',
      cost: { held: 3, captured: 3, refunded: 0 },
    });
  } finally {
    await system.close();
    await pooler.stop();
  }
}, 120_000);

test('a Redis Cluster is known by one address too, and a Redis alone is none', async () => {
  const cluster = await startRedisCluster();
  const single = await startRedis();
  try {
    for (const redisUrl of [cluster.nodes[1]?.url, cluster.url, single.url]) {
      const queues = await openQueueBackend({ redisUrl, databaseUrl: '', prefix: '{test}', log: silentLog });
      await queues.check();
      const added = await queues.queue('ingest').add('step', {} as never, { jobId: 'a-step' });
      expect(await queues.queue('ingest').getJob('a-step')).toMatchObject({ id: added.id });
      await queues.close();
    }
  } finally {
    await cluster.stop();
    await single.stop();
  }
});

function pooled(poolerUrl: string, databaseUrl: string): string {
  const url = new URL(poolerUrl);
  url.pathname = new URL(databaseUrl).pathname;
  return url.href;
}
