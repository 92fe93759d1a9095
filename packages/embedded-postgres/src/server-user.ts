// PostgreSQL refuses to run as root. A parent that is root therefore runs it as somebody else, and everything that the
// server touches must be within that user's reach.

import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` on every Linux and, as a bare number, valid everywhere else too. */
const nobody: ServerUser = { uid: 65_534, gid: 65_534 };

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Whom the server runs as; undefined means as ourselves. For root it is the owner of the first of `folders` that exists
 * and is not root's, so that data made by a person stay that person's; else `nobody`.
 */
export async function chooseServerUser(folders: readonly string[]): Promise<ServerUser | undefined> {
  if (!runsAsRoot()) return undefined;
  for (const folder of folders) {
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  }
  return nobody;
}

/** Whether `user` can reach into this folder, judged by the mode bits of it and of all its parents. */
export async function canTraverse(folder: string, user: ServerUser): Promise<boolean> {
  let path = await realpath(folder);
  for (;;) {
    const { uid, gid, mode } = await stat(path);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    const parent = dirname(path);
    if (parent === path) return true;
    path = parent;
  }
}

/**
 * A folder of ours at a guessable place such as the system's temporary folder. Throws `data-folder-unusable` when somebody
 * else made it first or may write to it: we would run their programs or hand them our data.
 */
export async function ownFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o711 });
  const found = await lstat(path);
  const uid = process.getuid?.();
  if (!found.isDirectory() || (uid !== undefined && (found.uid !== uid || (found.mode & 0o022) !== 0))) {
    throw new EmbeddedPostgresError(
      'data-folder-unusable',
      `${path} belongs to somebody else or is open to others, so it cannot be trusted. Remove it and start again.`,
    );
  }
  return path;
}
