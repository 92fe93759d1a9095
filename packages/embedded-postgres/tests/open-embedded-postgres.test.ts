import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openEmbeddedPostgres } from '../src/index.ts';
import { ask, isAlive, openFolder, postmasterPid, recordingLog, root } from './scene.ts';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await openFolder();
  folder = join(base, 'a folder with "quotes", $HOME and spaces');
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

test('serves durable UTF-8 databases on loopback and leaves no process behind', async () => {
  const server = await openEmbeddedPostgres({ dataFolder: folder });
  const url = await server.createDatabase('we "quote" things');
  expect(await server.createDatabase('we "quote" things')).toBe(url);
  expect(
    await ask(
      url,
      'select current_database(), pg_encoding_to_char(encoding) from pg_database where datname = current_database()',
    ),
  ).toEqual([['we "quote" things', 'UTF8']]);
  expect(await ask(url, "select current_setting('fsync'), current_setting('listen_addresses')")).toEqual([
    ['on', '127.0.0.1'],
  ]);
  expect(server.adopted).toBe(false);
  const pid = await postmasterPid(folder);
  await Promise.all([server.stop(), server.stop()]);
  expect(await isAlive(pid)).toBe(false);
});

test('keeps data and password from one start to the next', async () => {
  const first = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  await ask(await first.createDatabase('kept'), 'create table note as select 42 as answer');
  await first.stop();
  const second = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  try {
    expect(await ask(await second.createDatabase('kept'), 'select answer from note')).toEqual([[42]]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
    await expect(ask(second.url.replace(/:[^:@/]+@/, ':wrong@'), 'select 1')).rejects.toMatchObject({
      code: '28P01',
    });
  } finally {
    await second.stop();
  }
});

test('installs no signal handlers', async () => {
  const before = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'].map((name) =>
    process.listenerCount(name),
  );
  const server = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  const after = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'].map((name) =>
    process.listenerCount(name),
  );
  await server.stop();
  expect(after).toEqual(before);
});

test('names a taken port and leaves the folder free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await expect(openEmbeddedPostgres({ dataFolder: folder, port, durability: 'tests' })).rejects.toMatchObject(
    {
      code: 'port-in-use',
      message: expect.stringContaining(String(port)),
    },
  );
  await new Promise((resolve) => other.close(resolve));
  const server = await openEmbeddedPostgres({ dataFolder: folder, port, durability: 'tests' });
  expect(server.port).toBe(port);
  await server.stop();
});

test('refuses data of another major version, a missing password and a foreign one', async () => {
  const first = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  await first.stop();
  const version = await readFile(join(folder, 'data', 'PG_VERSION'), 'utf8');
  await writeFile(join(folder, 'data', 'PG_VERSION'), '12\n');
  await expect(openEmbeddedPostgres({ dataFolder: folder })).rejects.toMatchObject({
    code: 'version-mismatch',
  });
  await writeFile(join(folder, 'data', 'PG_VERSION'), version);

  await writeFile(join(folder, 'password'), 'not-the-one');
  await expect(openEmbeddedPostgres({ dataFolder: folder })).rejects.toMatchObject({
    code: 'password-mismatch',
  });
  await rm(join(folder, 'password'));
  await expect(openEmbeddedPostgres({ dataFolder: folder })).rejects.toMatchObject({
    code: 'data-folder-unusable',
  });
  await expect(postmasterPid(folder)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('tells the server’s last words when the data are damaged', async () => {
  const first = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  await first.stop();
  await rm(join(folder, 'data', 'global', 'pg_control'));
  await expect(openEmbeddedPostgres({ dataFolder: folder })).rejects.toMatchObject({
    code: 'start-failed',
    message: expect.stringContaining('pg_control'),
  });
});

test('removes what a killed first start left half made', async () => {
  await mkdir(join(folder, 'draft-of-a-killed-start'), { recursive: true });
  await writeFile(join(folder, 'draft-of-a-killed-start', 'PG_VERSION'), '18\n');
  const server = await openEmbeddedPostgres({ dataFolder: folder, durability: 'tests' });
  await server.stop();
  await expect(stat(join(folder, 'draft-of-a-killed-start'))).rejects.toMatchObject({ code: 'ENOENT' });
});

(root ? test : test.skip)(
  'as root under a home of mode 0700, keeps the data elsewhere and says so',
  async () => {
    const home = join(base, 'home');
    await mkdir(home, { mode: 0o700 });
    const dataFolder = join(home, 'checkout', '.data', 'postgres');
    const log = recordingLog();
    const first = await openEmbeddedPostgres({ dataFolder, log, durability: 'tests' });
    try {
      expect(first.folder).not.toContain(home);
      expect(log.messages.join('\n')).toContain(
        `cannot reach ${dataFolder}: the data are kept in ${first.folder}`,
      );
      expect(await readFile(join(dataFolder, 'where-the-data-are.txt'), 'utf8')).toBe(`${first.folder}\n`);
      await ask(await first.createDatabase('kept'), 'create table note as select 42 as answer');
      await first.stop();

      // Opening the home later must not make the data disappear.
      await chmod(home, 0o755);
      const second = await openEmbeddedPostgres({ dataFolder, durability: 'tests' });
      expect(await ask(await second.createDatabase('kept'), 'select answer from note')).toEqual([[42]]);
      await second.stop();
    } finally {
      await first.stop();
      await rm(first.folder, { recursive: true, force: true });
    }
  },
);

(root ? test : test.skip)(
  'as root, refuses data that became unreachable instead of beginning empty',
  async () => {
    const home = join(base, 'home');
    await mkdir(home, { mode: 0o755 });
    const server = await openEmbeddedPostgres({ dataFolder: join(home, 'pg'), durability: 'tests' });
    await server.stop();
    await chmod(home, 0o700);
    await expect(openEmbeddedPostgres({ dataFolder: join(home, 'pg') })).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringContaining('chmod o+x'),
    });
  },
);

(root ? test.skip : test)('refuses a folder that is not ours to write', async () => {
  await chmod(base, 0o500);
  await expect(openEmbeddedPostgres({ dataFolder: base })).rejects.toMatchObject({
    code: 'data-folder-unusable',
  });
  await chmod(base, 0o700);
});

test('refuses a place where no folder can be', async () => {
  await writeFile(join(base, 'file'), '');
  await expect(openEmbeddedPostgres({ dataFolder: join(base, 'file', 'pg') })).rejects.toMatchObject({
    code: 'data-folder-unusable',
  });
});
