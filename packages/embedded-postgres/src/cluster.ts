import { randomBytes, randomUUID } from 'node:crypto';
import { chown, lchown, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@pressroom/domain';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Placement } from './placement.ts';
import { runProgram } from './run-program.ts';

export type Durability = 'full' | 'tests';

export const superuser = 'pressroom';
const initTimeoutMs = 120_000;

/**
 * Makes the data directory when there is none and returns the superuser's password. It appears under its name only when
 * whole: a parent that is killed in between leaves a draft that the next start removes.
 * Throws `data-folder-unusable`, `version-mismatch`, `init-failed`.
 */
export async function ensureCluster(
  placement: Placement,
  binaries: Binaries,
  options: { readonly durability: Durability; readonly log: Log },
): Promise<string> {
  await removeDrafts(placement);
  const version = await readVersion(placement);
  if (version !== undefined) {
    if (version !== binaries.majorVersion) {
      throw new EmbeddedPostgresError(
        'version-mismatch',
        `The data in ${placement.data} are of PostgreSQL ${version}, this is ${binaries.majorVersion}. Dump them with ` +
          `the older release and load them into a new data folder, or move ${placement.data} away to begin empty.`,
      );
    }
    await claimForServer(placement);
    return await readPassword(placement);
  }
  const password = await ensurePassword(placement);
  const started = performance.now();
  await initialise(placement, binaries, password, options.durability);
  options.log.info(
    { folder: placement.folder, ms: Math.round(performance.now() - started) },
    'Made a new PostgreSQL data directory',
  );
  return password;
}

async function initialise(
  placement: Placement,
  binaries: Binaries,
  password: string,
  durability: Durability,
): Promise<void> {
  const draft = `draft-${randomUUID()}`;
  const secret = `${draft}.password`;
  await mkdir(join(placement.folder, draft), { mode: 0o700 });
  // A copy of its own, since the server's user cannot read ours, and shall not be able to.
  await writeFile(join(placement.folder, secret), password, { mode: 0o600, flag: 'wx' });
  if (placement.user !== undefined) {
    await chown(join(placement.folder, draft), placement.user.uid, placement.user.gid).catch(
      refuseOwner(placement),
    );
    await chown(join(placement.folder, secret), placement.user.uid, placement.user.gid);
  }
  const args = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${superuser}`];
  args.push(`--pwfile=${secret}`, `--pgdata=${draft}`);
  if (durability === 'tests') args.push('--no-sync');
  const result = await runProgram(binaries.initdb, args, {
    cwd: placement.folder,
    user: placement.user,
    timeoutMs: initTimeoutMs,
  });
  await rm(join(placement.folder, secret), { force: true });
  if (result.exitCode !== 0) {
    await rm(join(placement.folder, draft), { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      'init-failed',
      `Cannot make a PostgreSQL data directory in ${placement.folder}: ` +
        `${result.timedOut ? 'it took too long' : result.output.slice(-1_500)}. Check that the disk has room.`,
    );
  }
  await rename(join(placement.folder, draft), placement.data);
}

async function removeDrafts(placement: Placement): Promise<void> {
  for (const name of await readdir(placement.folder)) {
    if (name.startsWith('draft-')) await rm(join(placement.folder, name), { recursive: true, force: true });
  }
}

async function readVersion(placement: Placement): Promise<number | undefined> {
  try {
    return Number((await readFile(join(placement.data, 'PG_VERSION'), 'utf8')).trim());
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EmbeddedPostgresError(
      'data-folder-unusable',
      `Cannot read ${placement.data}: it belongs to another user. Start as its owner, or choose another data folder.`,
      { cause },
    );
  }
}

/** Written whole before it has its name, and never written over: it must go with the data for their lifetime. */
async function ensurePassword(placement: Placement): Promise<string> {
  const draft = join(placement.folder, `draft-${randomUUID()}.password`);
  await writeFile(draft, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  // Root working in a person's folder leaves the file to that person, or the person could not start later.
  const { uid, gid } = await stat(placement.folder);
  if (placement.user !== undefined) await chown(draft, uid, gid);
  await link(draft, placement.passwordFile).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
  return await readPassword(placement);
}

async function readPassword(placement: Placement): Promise<string> {
  try {
    return (await readFile(placement.passwordFile, 'utf8')).trim();
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'data-folder-unusable',
      `Cannot read ${placement.passwordFile}, the password of the data beside it: ${(cause as Error).message}. Put the ` +
        `file back, start as its owner, or move ${placement.data} away to begin empty.`,
      { cause },
    );
  }
}

/** Data that root copied or restored are root's; the server insists on owning them. */
async function claimForServer(placement: Placement): Promise<void> {
  const { uid } = await stat(placement.data);
  if (placement.user === undefined) {
    if (process.getuid !== undefined && uid !== process.getuid()) refuseOwner(placement)(undefined);
    return;
  }
  if (uid !== 0) return;
  for (const name of await readdir(placement.data, { recursive: true })) {
    await lchown(join(placement.data, name), placement.user.uid, placement.user.gid);
  }
  await chown(placement.data, placement.user.uid, placement.user.gid).catch(refuseOwner(placement));
}

function refuseOwner(placement: Placement): (cause: unknown) => never {
  return (cause) => {
    throw new EmbeddedPostgresError(
      'data-folder-unusable',
      `${placement.folder} cannot belong to the user that must run PostgreSQL (${placement.user?.uid ?? process.getuid?.()}). ` +
        'Start as the owner of the data, or choose a data folder on a disk that keeps owners.',
      { cause },
    );
  };
}
