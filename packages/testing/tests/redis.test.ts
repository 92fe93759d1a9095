import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { findRedisServer, freePort, startRedis, temporaryFolder, waitFor } from '../src/index.ts';

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

test('keeps every write over a kill when append-only, on the same port', async () => {
  const { path } = await temporaryFolder();
  const server = await startRedis({ dir: join(path, 'redis'), appendonly: true });
  await withRedis(server.url, (redis) => redis.set('key', 'kept'));
  const before = server.pid;
  await server.kill('SIGKILL');
  expect(server.running).toBe(false);
  const refused = waitFor<[NodeJS.ErrnoException]>(connect(server.port, '127.0.0.1'), 'error');
  expect((await refused)[0].code).toBe('ECONNREFUSED');
  await server.restart();
  expect(server.pid).not.toBe(before);
  expect(await withRedis(server.url, (redis) => redis.get('key'))).toBe('kept');
  await Promise.all([server.stop(), server.stop()]);
  expect(server.running).toBe(false);
});

test('begins empty after a restart when not append-only, and stops even while frozen', async () => {
  const port = await freePort();
  const server = await startRedis({ port });
  expect(server.url).toBe(`redis://127.0.0.1:${port}`);
  await withRedis(server.url, (redis) => redis.set('key', 'lost'));
  await server.restart();
  expect(await withRedis(server.url, (redis) => redis.get('key'))).toBeNull();
  await server.kill('SIGSTOP');
  await server.stop();
});

test('names a taken port', async () => {
  const first = await startRedis();
  await expect(startRedis({ port: first.port })).rejects.toThrow(/already in use/i);
  await first.stop();
});

test('takes a Redis or Valkey of the PATH first', async () => {
  const { path } = await temporaryFolder();
  const command = join(path, 'valkey-server');
  await writeFile(command, '#!/bin/sh\n', { mode: 0o755 });
  expect(await findRedisServer({ path: `/does/not/exist:${path}` })).toEqual({ command, env: {} });
});

test('names what to install when there is no Redis and none can be fetched', async () => {
  const { path } = await temporaryFolder();
  const file = join(path, 'file');
  await writeFile(file, '');
  await expect(findRedisServer({ path: '', cacheFolder: join(file, 'redis') })).rejects.toThrow(
    'install redis-server or valkey-server',
  );
});
