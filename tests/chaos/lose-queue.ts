import { eventually } from '@pressroom/testing';
import { Redis } from 'ioredis';
import { withClient } from './settled-job.ts';

/** Everything that the queue knows is gone, as after FLUSHALL or on a new server. */
export async function loseQueue(servers: {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
}): Promise<void> {
  if (servers.redisUrl !== undefined) {
    const redis = new Redis(servers.redisUrl);
    redis.on('error', () => {});
    await redis.flushdb();
    redis.disconnect();
    return;
  }
  await withClient(servers.databaseUrl, async (client) => {
    const tables = await client.query<{ tablename: string }>(
      `select tablename from pg_tables where schemaname = 'bullmq' and tablename !~ 'migration|schema'`,
    );
    const names = tables.rows.map((row) => `bullmq.${row.tablename}`).join(', ');
    // The workers go on meanwhile, and a truncation that meets them may be the one that a deadlock ends.
    // The workers go on meanwhile, and on a busy machine one truncation after the other is the one that a deadlock ends.
    await eventually(() => client.query(`truncate ${names} cascade`), {
      deadlineMs: 60_000,
      what: 'the queue to be truncated',
    });
  });
}
