// npm packages cannot hold symbolic links. The platform package lists those of its libraries in pg-symlinks.json and an
// install script makes them; with `npm ci --ignore-scripts`, or an npm that asks first, nobody did.

import { randomUUID } from 'node:crypto';
import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** Makes the links that are missing. False when one is missing and cannot be made here. */
export async function linkLibraries(native: string): Promise<boolean> {
  for (const { source, target } of await readLinks(native)) {
    // Both are written relative to the package, one above `native`.
    const path = join(dirname(native), target);
    if (await exists(path)) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/**
 * Copies what a server needs below `cache`, under a name made of the package and its version, and returns the copy. A
 * finished copy is used again; it appears under its name only when whole, so that racing processes are safe.
 */
export async function copyNativeFolder(native: string, cache: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const wanted = join(cache, `${basename(name)}-${version}`);
  if (await isWhole(native, join(wanted, 'native'))) return join(wanted, 'native');
  // Cleaners of temporary folders take single files away: a copy with holes is replaced.
  await rm(wanted, { recursive: true, force: true });
  const draft = join(cache, `.${randomUUID()}`);
  await mkdir(draft, { mode: 0o755 });
  try {
    await cp(native, join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a') && basename(path) !== 'pkgconfig',
    });
    await linkLibraries(join(draft, 'native'));
    await chmod(draft, 0o755);
    await rename(draft, wanted).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(wanted, 'native');
}

async function isWhole(native: string, copy: string): Promise<boolean> {
  const needed = (await readdir(native, { recursive: true })).filter(
    (path) => !path.endsWith('.a') && !path.includes('pkgconfig'),
  );
  const present = new Set(await readdir(copy, { recursive: true }).catch(() => []));
  return needed.every((path) => present.has(path));
}

async function readLinks(native: string): Promise<readonly LibraryLink[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as readonly LibraryLink[];
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
