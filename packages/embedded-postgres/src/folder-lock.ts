// One process at a time may open a data folder. Node has no flock, so the lock is a file that names its holder, and a
// dead holder's file may be taken away. PostgreSQL's own interlock stays the last guard: two servers never share data.

import { randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@pressroom/domain';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { findProcess } from './process-identity.ts';

export interface FolderLock {
  /** Gives the folder free. Safe to call twice. */
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly born: string;
  readonly token: string;
}

const pollMs = 50;
/** Taking a dead holder's lock away takes microseconds; a guard this old was left by a crash in between. */
const staleGuardMs = 5_000;

/**
 * Takes the lock, waiting up to `waitMs` milliseconds for a live holder (an earlier process that is just stopping).
 * Throws `data-folder-in-use`, naming the holder's pid.
 */
export async function lockFolder(path: string, options: { waitMs: number; log: Log }): Promise<FolderLock> {
  const me = await findProcess(process.pid);
  const mine: Holder = { pid: process.pid, born: me?.born ?? '', token: randomUUID() };
  const draft = `${path}.${mine.token}`;
  const deadline = performance.now() + options.waitMs;
  let told = false;
  // Written elsewhere and linked into place, so that nobody ever reads half a lock file.
  await writeFile(draft, JSON.stringify(mine), { mode: 0o644 });
  try {
    for (;;) {
      if (await linkInto(draft, path)) break;
      const holder = await readHolder(path);
      if (holder === undefined) continue;
      if (!(await isAlive(holder))) {
        await takeAway(path, holder);
        continue;
      }
      if (performance.now() >= deadline) {
        throw new EmbeddedPostgresError(
          'data-folder-in-use',
          `Process ${holder.pid} has the data folder of ${path} open. Stop it first, or choose another data folder.`,
        );
      }
      if (!told)
        options.log.warn(
          { path, holder: holder.pid },
          'Waiting for another process to give up the data folder',
        );
      told = true;
      await pause(pollMs);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      const holder = await readHolder(path);
      if (holder?.token === mine.token) await rm(path, { force: true });
    },
  };
}

async function linkInto(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // A file that is not ours to understand (a disk that was full, a person's edit) must not block the folder for ever.
    return { pid: 0, born: '', token: '' };
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  const found = await findProcess(holder.pid);
  return found !== undefined && found.born === holder.born;
}

/** Under a guard file, since between reading a dead holder and removing its file a live one may have come in. */
async function takeAway(path: string, dead: Holder): Promise<void> {
  const guard = `${path}.guard`;
  try {
    await (await open(guard, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const age = await stat(guard).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > staleGuardMs) await rm(guard, { force: true });
    await pause(pollMs);
    return;
  }
  try {
    const now = await readHolder(path);
    if (now?.token === dead.token) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
