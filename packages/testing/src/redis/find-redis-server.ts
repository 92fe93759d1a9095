// Tests want a real Redis and nothing installed by hand. Where the system has none, Debian's packages are unpacked, without
// root, into the checkout's cache: once for all runs.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { hermeticEnvironment } from '../process/hermetic-environment.ts';
import { repositoryRoot } from '../repository-root.ts';
import { downloadDebianPackages } from './debian-packages.ts';

const run = promisify(execFile);

export interface RedisProgram {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface FindRedisOptions {
  /** Default: this process's own PATH. */
  readonly path?: string;
  /** Default `.cache/redis` in the checkout. */
  readonly cacheFolder?: string;
}

/** Throws, naming what to install, when there is no Redis and none can be fetched. */
export async function findRedisServer(options: FindRedisOptions = {}): Promise<RedisProgram> {
  const folders = (options.path ?? process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '');
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of folders) {
      const command = join(folder, name);
      if (await isExecutable(command)) return { command, env: {} };
    }
  }
  const cache = options.cacheFolder ?? join(repositoryRoot(), '.cache', 'redis');
  const cached = await unpacked(cache);
  if (cached !== undefined) return cached;
  try {
    await fill(cache);
  } catch (cause) {
    throw new Error(
      'The tests need a Redis: install redis-server or valkey-server (Debian and Ubuntu: apt-get install redis-server; ' +
        'macOS: brew install redis). Fetching it from the system’s own package sources did not work: ' +
        (cause as Error).message,
      { cause },
    );
  }
  const fresh = await unpacked(cache);
  if (fresh !== undefined) return fresh;
  throw new Error(
    `The Redis unpacked to ${cache} does not run here: remove that folder and install redis-server`,
  );
}

/** Appears under its name only when whole; of several racing fillers the first wins. */
async function fill(cache: string): Promise<void> {
  process.stderr.write(`No Redis on this machine: unpacking Debian's to ${cache} (once)\n`);
  const draft = `${cache}.${randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    await downloadDebianPackages(['redis-server', 'redis-tools'], draft);
    if ((await unpacked(cache)) !== undefined) return;
    await rm(cache, { recursive: true, force: true });
    await rename(draft, cache).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The program in an unpacked folder if it runs: a cache from another system does not. */
async function unpacked(folder: string): Promise<RedisProgram | undefined> {
  const command = join(folder, 'usr', 'bin', 'redis-server');
  if (!(await isExecutable(command))) return undefined;
  const libraries = [join(folder, 'usr', 'lib'), join(folder, 'lib')];
  const nested = await Promise.all(
    libraries.map(async (path) => (await readdir(path).catch(() => [])).map((name) => join(path, name))),
  );
  const env = { LD_LIBRARY_PATH: nested.flat().join(':') };
  try {
    await run(command, ['--version'], { env: { ...hermeticEnvironment(), ...env }, timeout: 10_000 });
    return { command, env };
  } catch {
    return undefined;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
