import { chown, open, rename, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@pressroom/domain';
import type { Binaries } from './binaries.ts';
import type { Durability } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { freeLoopbackPort } from './free-loopback-port.ts';
import type { Placement } from './placement.ts';
import { findPostmaster } from './postmaster-file.ts';
import { runProgram } from './run-program.ts';
import { serverSettings } from './server-settings.ts';

export interface ServerContext {
  readonly placement: Placement;
  readonly binaries: Binaries;
  readonly log: Log;
}

export interface StartOptions {
  /** Undefined: any free one. */
  readonly port: number | undefined;
  readonly durability: Durability;
  readonly startTimeoutMs: number;
}

/** How long the children of a killed server may take to notice and let go of its memory. */
const settleMs = 10_000;
const stopLimits = { fastSeconds: 20, immediateSeconds: 10 };
const largeLogBytes = 5_000_000;

/** Starts the server and returns its port. Throws `port-in-use`, `start-timeout`, `start-failed`. */
export async function startServer(context: ServerContext, options: StartOptions): Promise<number> {
  const { placement } = context;
  const settled = performance.now() + settleMs;
  let portTries = 5;
  for (;;) {
    const port = options.port ?? (await freeLoopbackPort());
    const logStart = await openLog(placement);
    const seconds = Math.ceil(options.startTimeoutMs / 1_000);
    const settings = serverSettings(port, options.durability).join(' ');
    const args = [
      'start',
      '-w',
      '-t',
      String(seconds),
      '-D',
      placement.dataName,
      '-l',
      placement.logName,
      '-o',
      settings,
    ];
    const result = await pgCtl(context, args, options.startTimeoutMs + 5_000);
    if (result.exitCode === 0) return port;

    const said = await readLog(placement, logStart);
    if (result.timedOut || /did not start in time/.test(result.output)) {
      await stopServer(context);
      throw new EmbeddedPostgresError(
        'start-timeout',
        `PostgreSQL in ${placement.folder} was not ready after ${seconds} s. After a crash it may need longer to replay its ` +
          `log: raise the start limit. Its last words are in ${placement.logFile}: ${lastLines(said)}`,
      );
    }
    if (/could not bind|could not create any TCP\/IP sockets/.test(said)) {
      if (options.port !== undefined) {
        throw new EmbeddedPostgresError(
          'port-in-use',
          `Port ${port} on 127.0.0.1 is taken. Stop the program that has it, or let the embedded PostgreSQL choose a port.`,
        );
      }
      if (--portTries > 0) continue;
    }
    const lettingGo = /pre-existing shared memory block|lock file "[^"]*" already exists/.test(said);
    if (!lettingGo || performance.now() >= settled) {
      throw new EmbeddedPostgresError(
        'start-failed',
        `PostgreSQL in ${placement.folder} did not start. See ${placement.logFile}: ${lastLines(said || result.output)}`,
      );
    }
    context.log.warn(
      { folder: placement.folder },
      'The processes of a killed PostgreSQL are still ending; trying again',
    );
    await pause(250);
  }
}

/**
 * Ends the server: first as `fast` (open transactions roll back, all is written), then without ceremony (the next start
 * recovers). Returns once it is gone. Throws `stop-failed`.
 */
export async function stopServer(context: ServerContext): Promise<void> {
  const attempts = [
    ['fast', stopLimits.fastSeconds],
    ['immediate', stopLimits.immediateSeconds],
  ] as const;
  for (const [mode, seconds] of attempts) {
    if ((await findPostmaster(context.placement)) === undefined) return;
    const args = ['stop', '-w', '-m', mode, '-t', String(seconds), '-D', context.placement.dataName];
    const result = await pgCtl(context, args, (seconds + 5) * 1_000);
    if (result.exitCode === 0) return;
    context.log.warn({ mode, output: result.output }, 'PostgreSQL did not stop in time');
  }
  const left = await findPostmaster(context.placement);
  if (left === undefined) return;
  process.kill(left.pid, 'SIGKILL');
  for (let waited = 0; waited < 5_000; waited += 50) {
    if ((await findPostmaster(context.placement)) === undefined) return;
    await pause(50);
  }
  throw new EmbeddedPostgresError(
    'stop-failed',
    `PostgreSQL (process ${left.pid}) in ${context.placement.folder} cannot be ended. End it by hand before the next start.`,
  );
}

function pgCtl(context: ServerContext, args: readonly string[], timeoutMs: number) {
  const { folder, user } = context.placement;
  return runProgram(context.binaries.pgCtl, args, { cwd: folder, user, timeoutMs });
}

/** The server's user may write to the log but not make files beside it. Returns the size, where this start's words begin. */
async function openLog(placement: Placement): Promise<number> {
  const size = await stat(placement.logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largeLogBytes) await rename(placement.logFile, `${placement.logFile}.1`);
  const file = await open(placement.logFile, 'a', 0o600);
  await file.close();
  if (placement.user !== undefined) await chown(placement.logFile, placement.user.uid, placement.user.gid);
  return size > largeLogBytes ? 0 : size;
}

async function readLog(placement: Placement, from: number): Promise<string> {
  const file = await open(placement.logFile, 'r');
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64_000), position: from });
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join(' | ');
}
