import { mkdir } from 'node:fs/promises';
import { freeLoopbackPort } from '@pressroom/embedded-postgres';
import { type StartedProcess, startProcess } from '../process/start-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { findRedisServer } from './find-redis-server.ts';

export interface RedisOptions {
  /** On 127.0.0.1; any free one by default. Kept over restarts. */
  readonly port?: number;
  /** Where an append-only file goes; made when absent. Default: a temporary folder. */
  readonly dir?: string;
  /** Keep every write over a kill or restart (`appendfsync always`). Default false: a restart begins empty. */
  readonly appendonly?: boolean;
  /** Default 16. */
  readonly databases?: number;
  /** More of the server's own settings, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly running: boolean;
  /** Ends it in order. Safe to call twice. */
  stop(): Promise<void>;
  /** Sends a signal; for SIGKILL and SIGTERM resolves once the server is gone, else (SIGSTOP, SIGCONT) at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it if it runs and starts it again on the same port and folder. */
  restart(): Promise<void>;
}

/** A Redis of the test's own, for what must not disturb others: FLUSHALL, kills, restarts. Resolves once it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const program = await findRedisServer();
  const dir = options.dir ?? (await temporaryFolder()).path;
  await mkdir(dir, { recursive: true });

  const launch = async (port: number): Promise<StartedProcess> => {
    const server = await startProcess({
      command: program.command,
      args: redisArguments({ ...options, port, dir }),
      env: program.env,
      cwd: dir,
    });
    try {
      // Said only after the append-only file was loaded.
      await server.waitForLine(/Ready to accept connections/, 20_000);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  };
  /** A port that was free a moment ago may have been taken meanwhile. */
  const launchAnywhere = async (tries: number): Promise<{ server: StartedProcess; port: number }> => {
    const port = await freeLoopbackPort();
    try {
      return { server: await launch(port), port };
    } catch (error) {
      if (tries <= 1 || !/already in use/i.test((error as Error).message)) throw error;
      return await launchAnywhere(tries - 1);
    }
  };
  const first =
    options.port === undefined
      ? await launchAnywhere(5)
      : { server: await launch(options.port), port: options.port };
  const { port } = first;
  let { server } = first;

  const end = async () => {
    // A stopped process does not take SIGTERM before it goes on.
    server.kill('SIGCONT');
    await server.stop();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    get running() {
      return server.running;
    },
    stop: end,
    kill: async (signal) => {
      server.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await server.exited;
    },
    restart: async () => {
      await end();
      server = await launch(port);
    },
  };
}

function redisArguments(options: RedisOptions & { port: number; dir: string }): string[] {
  return Object.entries({
    bind: '127.0.0.1',
    port: options.port,
    dir: options.dir,
    databases: options.databases ?? 16,
    appendonly: options.appendonly === true ? 'yes' : 'no',
    appendfsync: 'always',
    save: '',
    daemonize: 'no',
    'maxmemory-policy': 'noeviction',
    ...options.settings,
  }).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
