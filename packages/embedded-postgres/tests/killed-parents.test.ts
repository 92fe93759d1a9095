import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openEmbeddedPostgres } from '../src/index.ts';
import { ask, isAlive, openFolder, postmasterPid, startParent } from './scene.ts';

let folder: string;
beforeEach(async () => {
  folder = await openFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('adopts the server of a killed parent and can end it', async () => {
  const parent = await startParent(folder);
  await ask(parent.said.url ?? '', 'create table note as select 42 as answer');
  await parent.kill();
  const pid = await postmasterPid(folder);
  expect(await isAlive(pid)).toBe(true);

  const server = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  expect(server.adopted).toBe(true);
  expect(server.url).toBe(parent.said.url);
  expect(await ask(server.url, 'select answer from note')).toEqual([[42]]);
  await server.stop();
  expect(await isAlive(pid)).toBe(false);
});

test('restarts a left-over server that runs with other settings', async () => {
  const parent = await startParent(folder);
  await parent.kill();
  const server = await openEmbeddedPostgres({ dataFolder: folder, durability: 'full' });
  expect(server.adopted).toBe(false);
  expect(await ask(server.url, "select current_setting('fsync')")).toEqual([['on']]);
  await server.stop();
});

test('recovers after parent and server were both killed', async () => {
  const parent = await startParent(folder);
  await ask(parent.said.url ?? '', 'create table note as select 42 as answer');
  // An open connection keeps a child of the server busy: it holds the shared memory a while longer.
  const busy = ask(parent.said.url ?? '', 'select pg_sleep(30)').catch(() => {});
  const pid = await postmasterPid(folder);
  await parent.kill();
  process.kill(pid, 'SIGKILL');

  const server = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  expect(server.adopted).toBe(false);
  await ask(server.url, 'select 1');
  await busy;
  await server.stop();
});

test('is not misled by a pid that another program has by now', async () => {
  const first = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  await first.stop();
  await writeFile(
    join(folder, 'data', 'postmaster.pid'),
    `${process.pid}\n${join(folder, 'data')}\n1\n5432\n\n\n\n`,
  );
  await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.pid, born: 'long ago', token: 'x' }));
  const second = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  expect(second.adopted).toBe(false);
  await second.stop();
});

test('lets one of several racing parents in, and the others know who has the folder', async () => {
  const parents = await Promise.all([1, 2, 3, 4].map(() => startParent(folder, 500)));
  const winners = parents.filter((parent) => parent.said.url !== undefined);
  expect(winners).toHaveLength(1);
  expect(parents.filter((parent) => parent.said.failed === 'data-folder-in-use')).toHaveLength(3);
  await Promise.all(parents.map((parent) => parent.stop()));
});

test('lets racing parents in one after the other after a kill', async () => {
  const dead = await startParent(folder);
  await dead.kill();
  const parents = await Promise.all([1, 2, 3].map(() => startParent(folder, 500)));
  expect(parents.filter((parent) => parent.said.url !== undefined)).toHaveLength(1);
  await Promise.all(parents.map((parent) => parent.stop()));
});

test('waits for a parent that is just stopping', async () => {
  const parent = await startParent(folder);
  const [server] = await Promise.all([
    openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' }),
    parent.stop(),
  ]);
  await server.stop();
});
