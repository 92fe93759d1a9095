import { createHash } from 'node:crypto';
import { access, chmod, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Log } from '@pressroom/domain';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { canTraverse, chooseServerUser, ownFolder, runsAsRoot, type ServerUser } from './server-user.ts';

/** Where everything of one embedded server lies. */
export interface Placement {
  /** The working directory of all programs: they get relative paths, so no quoting by their shells can go wrong. */
  readonly folder: string;
  /** Name of PostgreSQL's own data directory inside `folder`. */
  readonly dataName: 'data';
  readonly data: string;
  readonly passwordFile: string;
  readonly logName: 'server.log';
  readonly logFile: string;
  readonly lockFile: string;
  /** Undefined: as ourselves. */
  readonly user: ServerUser | undefined;
}

/**
 * Decides where the data lie and who serves them. That is `wanted`, except for root when the server's user cannot reach it
 * (a checkout under a home of mode 0700): then it is a folder below the system's temporary one, with a warning in the log.
 * Throws `data-folder-unusable`.
 */
export async function placeCluster(wantedFolder: string, log: Log): Promise<Placement> {
  const wanted = resolve(wantedFolder);
  await makeFolder(wanted);
  const user = await chooseServerUser([join(wanted, 'data'), wanted]);
  if (user === undefined) {
    await access(wanted, constants.R_OK | constants.W_OK | constants.X_OK).catch(refuseFolder(wanted));
    return layOut(wanted, user);
  }

  const hasData = await exists(join(wanted, 'data', 'PG_VERSION'));
  const fallback = join(fallbackRoot(), createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  // Data that once went to the fallback stay there: a start after somebody opened the home must not begin empty.
  const movedBefore = !hasData && (await exists(join(fallback, 'data', 'PG_VERSION')));
  if (!movedBefore && (await opens(wanted, user))) return layOut(wanted, user);
  if (hasData) {
    throw new EmbeddedPostgresError(
      'data-folder-unusable',
      `The data in ${wanted} exist, but user ${user.uid}, who must serve them because root may not, cannot reach them. ` +
        'Let others pass through its parent folders (chmod o+x), or do not run as root.',
    );
  }
  await ownFolder(fallbackRoot());
  await makeFolder(fallback);
  if (!(await opens(fallback, user))) {
    throw new EmbeddedPostgresError(
      'data-folder-unusable',
      `Neither ${wanted} nor ${fallback} can be reached by user ${user.uid}, who must run PostgreSQL because root may not. ` +
        'Choose a data folder that others can pass into (chmod o+x on its parents), or do not run as root.',
    );
  }
  log.warn(
    { wanted, folder: fallback, uid: user.uid },
    `PostgreSQL may not run as root and user ${user.uid} cannot reach ${wanted}: the data are kept in ${fallback}, ` +
      'which a restart of the machine may empty. To keep them for good, run as an ordinary user, choose a data folder ' +
      'outside closed homes, or set DATABASE_URL.',
  );
  await writeFile(join(wanted, 'where-the-data-are.txt'), `${fallback}\n`);
  return layOut(fallback, user);
}

function fallbackRoot(): string {
  return join(tmpdir(), 'pressroom-postgres-data-0');
}

function layOut(folder: string, user: ServerUser | undefined): Placement {
  return {
    folder,
    dataName: 'data',
    data: join(folder, 'data'),
    passwordFile: join(folder, 'password'),
    logName: 'server.log',
    logFile: join(folder, 'server.log'),
    lockFile: join(folder, 'lock'),
    user,
  };
}

/** The last folder was given to us for this use, so it may be opened for passing through; its parents may not. */
async function opens(folder: string, user: ServerUser): Promise<boolean> {
  if (await canTraverse(folder, user)) return true;
  if (!(await canTraverse(dirname(folder), user))) return false;
  const { mode } = await stat(folder);
  await chmod(folder, (mode & 0o777) | 0o111);
  return true;
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: runsAsRoot() ? 0o711 : 0o700 }).catch(refuseFolder(path));
}

function refuseFolder(path: string): (cause: Error) => never {
  return (cause) => {
    throw new EmbeddedPostgresError(
      'data-folder-unusable',
      `Cannot use the data folder ${path}: ${cause.message}. Start as its owner, choose another one, or set DATABASE_URL.`,
      { cause },
    );
  };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
