// Tests want real servers and nothing installed by hand. Where the system has none, Debian's packages are unpacked, without root,
// into the checkout's cache: once for all runs.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { hermeticEnvironment } from '../process/hermetic-environment.ts';
import { repositoryRoot } from '../repository-root.ts';
import { downloadDebianPackages } from './debian-packages.ts';

const run = promisify(execFile);

export interface FoundProgram {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface WantedProgram {
  /** For people: `Redis`. */
  readonly title: string;
  /** Names in the PATH, the first one that is there. */
  readonly names: readonly string[];
  /** Debian's packages that have it. */
  readonly packages: readonly string[];
  /** Below the folder that they are unpacked to. */
  readonly unpackedPath: string;
  /** What to install where that does not work. */
  readonly advice: string;
}

export interface FindProgramOptions {
  /** Default: this process's own PATH. */
  readonly path?: string;
  /** Default: a folder of its own below `.cache` in the checkout. */
  readonly cacheFolder?: string;
}

/** Throws, naming what to install, when there is no such program and none can be fetched. */
export async function findProgram(
  wanted: WantedProgram,
  options: FindProgramOptions = {},
): Promise<FoundProgram> {
  const folders = (options.path ?? process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '');
  for (const name of wanted.names) {
    for (const folder of folders) {
      const command = join(folder, name);
      if (await isExecutable(command)) return { command, env: {} };
    }
  }
  const cache = options.cacheFolder ?? join(repositoryRoot(), '.cache', wanted.title.toLowerCase());
  const cached = await unpacked(wanted, cache);
  if (cached !== undefined) return cached;
  try {
    await fill(wanted, cache);
  } catch (cause) {
    throw new Error(
      `The tests need a ${wanted.title}: ${wanted.advice}. Fetching it from the system’s own package sources did not work: ` +
        (cause as Error).message,
      { cause },
    );
  }
  const fresh = await unpacked(wanted, cache);
  if (fresh !== undefined) return fresh;
  throw new Error(
    `The ${wanted.title} unpacked to ${cache} does not run here: remove that folder; ${wanted.advice}`,
  );
}

/** Appears under its name only when whole; of several racing fillers the first wins. */
async function fill(wanted: WantedProgram, cache: string): Promise<void> {
  process.stderr.write(`No ${wanted.title} on this machine: unpacking Debian's to ${cache} (once)\n`);
  const draft = `${cache}.${randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    await downloadDebianPackages(wanted.packages, draft);
    if ((await unpacked(wanted, cache)) !== undefined) return;
    await rm(cache, { recursive: true, force: true });
    await rename(draft, cache).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The program in an unpacked folder if it runs: a cache from another system does not. */
async function unpacked(wanted: WantedProgram, folder: string): Promise<FoundProgram | undefined> {
  const command = join(folder, wanted.unpackedPath);
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
