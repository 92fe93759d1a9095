import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../src/index.ts';
import { ask, isAlive, openFolder, postmasterPid } from './scene.ts';

let folder: string;
beforeEach(async () => {
  folder = await openFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function whenChecked(server: EmbeddedPostgres, state: 'up' | 'down'): Promise<void> {
  for (;;) {
    const found = await server.check().then(
      () => 'up',
      () => 'down',
    );
    if (found === state) return;
    await pause(20);
  }
}

test('a killed server comes back at the same address with its data, and says meanwhile that it is down', async () => {
  const server = await openEmbeddedPostgres({
    dataFolder: folder,
    onGivenUp: (error) => {
      throw error;
    },
  });
  await ask(server.url, 'create table note as select 42 as answer');
  // A child that is busy holds the dead server's shared memory until it notices.
  const busy = ask(server.url, 'select pg_sleep(30)').catch(() => {});
  const dead = await postmasterPid(folder);
  process.kill(dead, 'SIGKILL');
  await whenChecked(server, 'down');
  await whenChecked(server, 'up');
  await busy;
  expect(await ask(server.url, 'select answer from note')).toEqual([[42]]);
  expect(await server.check()).toEqual({ restarts: 1 });
  const pid = await postmasterPid(folder);
  expect(pid).not.toBe(dead);
  await server.stop();
  expect(await isAlive(pid)).toBe(false);
}, 60_000);

test('a server that cannot be started again is given up, and its folder can be opened by the next', async () => {
  let given: (error: unknown) => void = () => {};
  const givenUp = new Promise((resolve) => {
    given = resolve;
  });
  const server = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests', onGivenUp: given });
  await rm(join(folder, 'data', 'global', 'pg_control'));
  process.kill(await postmasterPid(folder), 'SIGKILL');
  expect(await givenUp).toMatchObject({
    code: 'not-kept-up',
    message: expect.stringMatching(/started 5 times within 10 minutes.*pg_control/),
  });
  await expect(server.check()).rejects.toThrow('It has died');
  await server.stop();
  // Not `data-folder-in-use`.
  await expect(openEmbeddedPostgres({ dataFolder: folder })).rejects.toMatchObject({ code: 'start-failed' });
}, 60_000);
