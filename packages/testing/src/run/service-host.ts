// The process behind shared-services.ts: starts the servers, tells where they are, ends them when its input closes.

import { once } from 'node:events';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import { startPgBouncer } from '../postgres/start-pgbouncer.ts';
import { startRedis } from '../redis/start-redis.ts';
import { startRedisCluster } from '../redis/start-redis-cluster.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { HostAnswer } from './shared-services.ts';
import { atTeardown, releaseAll } from './teardown.ts';
import { topologyOfRun } from './test-variables.ts';

const inputEnded = once(process.stdin.resume(), 'end');
let exitCode = 0;
try {
  answer(await startServers());
  await inputEnded;
} catch (error) {
  answer({ failed: error instanceof Error ? error.message : String(error) });
  exitCode = 1;
}
for (const error of await releaseAll(globalThis)) {
  process.stderr.write(
    `Ending the servers of the tests: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  exitCode = 1;
}
process.exit(exitCode);

async function startServers(): Promise<HostAnswer> {
  const { path } = await temporaryFolder();
  const topology = topologyOfRun();
  const [postgres, redis] = await Promise.allSettled([
    openEmbeddedPostgres({ dataFolder: join(path, 'postgres'), durability: 'tests' }).then((server) => {
      atTeardown(() => server.stop());
      return server;
    }),
    topology === 'redis-cluster'
      ? startRedisCluster({ dir: join(path, 'redis') })
      : startRedis({ dir: join(path, 'redis'), databases: 10_000 }),
  ]);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (redis.status === 'rejected') throw redis.reason;
  const servers = { postgresUrl: postgres.value.url, redisUrl: redis.value.url };
  if (topology !== 'pgbouncer') return servers;
  return { ...servers, poolerUrl: (await startPgBouncer({ target: servers.postgresUrl })).url };
}

function answer(line: HostAnswer): void {
  // The run may be gone already; that is what the end of the input says.
  process.stdout.on('error', () => {});
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
