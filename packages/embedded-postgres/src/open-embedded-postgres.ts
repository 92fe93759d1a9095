// A real PostgreSQL server from npm, owned by this process. It is started apart from the process group, so Ctrl-C reaches
// only the parent, which drains and then calls `stop`. If the parent is killed the server lives on; the next open of the
// same folder adopts it. Nothing here listens for signals: ending is the owner's business.

import { realpath } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Log, silentLog } from '@pressroom/domain';
import { prepareBinaries } from './binaries.ts';
import { type Durability, ensureCluster } from './cluster.ts';
import { askServer, connectionUrl, createDatabaseOnce } from './connection.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { lockFolder } from './folder-lock.ts';
import { placeCluster } from './placement.ts';
import { findPostmaster } from './postmaster-file.ts';
import { isStillAlive } from './process-identity.ts';
import { type ServerContext, type StartOptions, startServer, stopServer } from './server.ts';
import { defaultRestartLimits, type SupervisedServer, superviseServer } from './supervisor.ts';

export interface EmbeddedPostgresOptions {
  /** Holds the data, their password and the server's log; made when absent. */
  readonly dataFolder: string;
  /** On 127.0.0.1; any free one by default. */
  readonly port?: number;
  readonly log?: Log;
  /** `tests` gives up crash safety for speed: for throwaway data only. Default `full`. */
  readonly durability?: Durability;
  /** Milliseconds for one start, recovery after a crash included. Default 60 000. */
  readonly startTimeoutMs?: number;
  /** Milliseconds to wait for another process that has the folder open and is perhaps just stopping. Default 10 000. */
  readonly lockWaitMs?: number;
  /**
   * Given: a server that dies while this process lives is started again, on the same port. Called once, with `not-kept-up`, when
   * that has failed too often; what stands on the server should end then.
   */
  readonly onGivenUp?: (error: EmbeddedPostgresError) => void;
}

export interface EmbeddedPostgres {
  /** Of the maintenance database `postgres`, with the superuser's password. */
  readonly url: string;
  readonly port: number;
  /** True when the server had outlived an earlier, killed parent and was taken over. */
  readonly adopted: boolean;
  /** Where the data really are: differs from the wanted folder when root could not have them there. */
  readonly folder: string;
  /** Throws while the server's process is gone; else tells how often it had to be started again. */
  check(): Promise<{ readonly restarts: number }>;
  /** Makes the database unless it exists and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and gives the folder free. Safe to call twice. Throws `stop-failed`. */
  stop(): Promise<void>;
}

/**
 * Opens the server of a data folder: takes over one that still runs, else starts it, making the data on first use.
 *
 * Throws `EmbeddedPostgresError`: `platform-unsupported`, `binaries-unusable`, `data-folder-unusable`,
 * `data-folder-in-use`, `version-mismatch`, `password-mismatch`, `init-failed`, `port-in-use`, `start-failed`,
 * `start-timeout`, `stop-failed`.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log = silentLog, durability = 'full', startTimeoutMs = 60_000, lockWaitMs = 10_000 } = options;
  const placement = await placeCluster(options.dataFolder, log);
  const lock = await lockFolder(placement.lockFile, { waitMs: lockWaitMs, log });
  try {
    const binaries = await prepareBinaries(placement.user, log);
    const password = await ensureCluster(placement, binaries, { durability, log });
    const context: ServerContext = { placement, binaries, log };
    const urlOf = (port: number, database: string) => connectionUrl(port, password, database);
    const wanted = { port: options.port, durability };

    const adoptedPort = await adopt(context, wanted, (port) => urlOf(port, 'postgres'));
    const port = adoptedPort ?? (await startServer(context, { ...wanted, startTimeoutMs }));
    const url = urlOf(port, 'postgres');
    await proveOwnership(context, url);
    log.info(
      { port, folder: placement.folder, adopted: adoptedPort !== undefined },
      'Embedded PostgreSQL is ready',
    );

    const running = await describeServer(context, { port, durability, startTimeoutMs, url });
    const { onGivenUp } = options;
    const supervisor =
      onGivenUp === undefined
        ? undefined
        : superviseServer({
            server: running,
            log,
            onGivenUp: (cause) => onGivenUp(notKeptUp(context, cause)),
          });
    const end = async () => {
      await supervisor?.stop();
      try {
        await stopServer(context);
      } finally {
        await lock.release();
      }
    };
    let stopping: Promise<void> | undefined;
    return {
      url,
      port,
      adopted: adoptedPort !== undefined,
      folder: placement.folder,
      check: async () => {
        if (await running.isAlive()) return { restarts: supervisor?.restarts ?? 0 };
        const isRestarting = supervisor?.state === 'watching' || supervisor?.state === 'restarting';
        throw new Error(isRestarting ? 'It has died and is started again' : 'It has died');
      },
      createDatabase: async (name) => {
        await createDatabaseOnce(url, name);
        return urlOf(port, name);
      },
      stop: () => {
        stopping ??= end();
        return stopping;
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The server that runs now, and how to have it back at the same place: that is where pools and queues look for it. */
async function describeServer(
  context: ServerContext,
  options: StartOptions & { readonly port: number; readonly url: string },
): Promise<SupervisedServer> {
  let postmaster = await findPostmaster(context.placement);
  return {
    isAlive: async () => postmaster !== undefined && (await isStillAlive(postmaster)),
    restart: async () => {
      // Looking also marks a dead server's file, which PostgreSQL would take for a live one's when its pid is somebody else's by now.
      if ((await findPostmaster(context.placement)) === undefined) await startServer(context, options);
      await proveOwnership(context, options.url);
      postmaster = await findPostmaster(context.placement);
    },
  };
}

function notKeptUp({ placement }: ServerContext, cause: unknown): EmbeddedPostgresError {
  const { starts, windowMs } = defaultRestartLimits;
  const last =
    cause instanceof Error ? `The last start failed: ${cause.message}` : 'It died again each time.';
  return new EmbeddedPostgresError(
    'not-kept-up',
    `PostgreSQL in ${placement.folder} died and was started ${starts} times within ${windowMs / 60_000} minutes, but does ` +
      `not stay up. ${last} Look into ${placement.logFile}, and whether the machine has memory and room on the disk left; ` +
      'then start again: what was accepted is kept.',
    { cause },
  );
}

/** The port of a live server of these data, if it answers and runs as wanted; one that does not is ended. */
async function adopt(
  context: ServerContext,
  wanted: { readonly port: number | undefined; readonly durability: Durability },
  urlOf: (port: number) => string,
): Promise<number | undefined> {
  const answerBy = performance.now() + 10_000;
  for (;;) {
    const postmaster = await findPostmaster(context.placement);
    if (postmaster === undefined) return undefined;
    try {
      const facts = await askServer(urlOf(postmaster.port));
      const fits = facts.dataDirectory === (await realpath(context.placement.data));
      const samePort = wanted.port === undefined || wanted.port === postmaster.port;
      if (fits && samePort && facts.fsync === (wanted.durability === 'full')) return postmaster.port;
      if (!fits) return undefined;
      break;
    } catch (error) {
      // It may be recovering or on its way out; both end by themselves. A wrong password does not.
      if ((error as { code?: unknown }).code === '28P01') throw passwordMismatch(context, error);
      if (performance.now() >= answerBy) break;
    }
    await pause(100);
  }
  context.log.warn(
    { folder: context.placement.folder },
    'Ending a left-over PostgreSQL that cannot be taken over',
  );
  await stopServer(context);
  return undefined;
}

async function proveOwnership(context: ServerContext, url: string): Promise<void> {
  try {
    await askServer(url);
  } catch (cause) {
    await stopServer(context);
    if ((cause as { code?: unknown }).code === '28P01') throw passwordMismatch(context, cause);
    throw new EmbeddedPostgresError(
      'start-failed',
      `PostgreSQL in ${context.placement.folder} started but does not answer: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function passwordMismatch(context: ServerContext, cause: unknown): EmbeddedPostgresError {
  const { passwordFile, data } = context.placement;
  return new EmbeddedPostgresError(
    'password-mismatch',
    `The password in ${passwordFile} is not that of the data in ${data}. Put the right file back, or move the data away.`,
    { cause },
  );
}
