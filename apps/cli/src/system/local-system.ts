/** The API and the workers as separate processes on the embedded PostgreSQL: what the demo and `npm run dev` run. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Log } from '@pressroom/domain';
import { openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import type { ResourceScope } from '@pressroom/runtime';
import { type SystemProcess, startSystemProcess } from './system-process.ts';

export interface LocalSystemOptions {
  /** Holds everything: database, files, logs. */
  readonly folder: string;
  readonly scope: ResourceScope;
  readonly log: Log;
  /** Of this process; settings that the user set reach the children. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** 0 takes any free port. */
  readonly port: number;
  readonly echo?: boolean;
  /** Restarts a process when its compiled code changes. */
  readonly watch?: boolean;
  /** A part has ended by itself, or PostgreSQL cannot be kept up: what waits for an answer would wait for ever. */
  readonly onLost: (error: Error) => void;
}

export interface LocalSystem {
  readonly apiUrl: string;
  readonly operatorToken: string;
  readonly processes: readonly SystemProcess[];
  readonly logFolder: string;
}

export const localApps = [
  'api',
  'ingest-worker',
  'generate-worker',
  'pdf-worker',
  'maintenance-worker',
] as const;

/** Starts everything and waits until it is up. The scope stops it, in reverse order. */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { folder, scope } = options;
  const logFolder = join(folder, 'logs');
  const temporaryFolder = join(folder, 'tmp');
  await mkdir(logFolder, { recursive: true });
  await mkdir(temporaryFolder, { recursive: true });
  const postgres = await scope.use(
    'PostgreSQL',
    () =>
      openEmbeddedPostgres({
        dataFolder: join(folder, 'postgres'),
        log: options.log,
        onGivenUp: options.onLost,
      }),
    (server) => server.stop(),
  );
  const operatorToken =
    options.environment['PRESSROOM_OPERATOR_TOKEN'] ?? randomBytes(24).toString('base64url');
  const environment = {
    ...definedOnly(options.environment),
    NODE_ENV: 'production',
    TMPDIR: temporaryFolder,
    DATABASE_URL: await postgres.createDatabase('pressroom'),
    PRESSROOM_DATA_FOLDER: folder,
    PRESSROOM_OPERATOR_TOKEN: operatorToken,
    PRESSROOM_PORT: String(options.port),
    PRESSROOM_LOG_FORMAT: 'json',
  };
  const processes: SystemProcess[] = [];
  for (const name of localApps) {
    const started = await scope.use(
      name,
      () =>
        startSystemProcess({
          name,
          script: join(packageFolder(`@pressroom/${name}`), 'dist/src/main.js'),
          environment,
          logFile: join(logFolder, `${name}.log`),
          echo: options.echo ?? false,
          nodeArguments: options.watch ? ['--watch', '--watch-preserve-output', '--enable-source-maps'] : [],
        }),
      (child) => child.stop(),
    );
    void started.exited.then((code) => {
      if (!scope.closed)
        options.onLost(new Error(`${name} has ended by itself, with exit code ${code ?? 'none'}`));
    });
    processes.push(started);
  }
  await Promise.all(processes.map((each) => each.up));
  const apiUrl = processes[0]?.url();
  if (apiUrl === undefined) throw new Error('The API did not say where it listens');
  return { apiUrl, operatorToken, processes, logFolder };
}

function packageFolder(name: string): string {
  // The entry point is <package>/dist/src/index.js.
  return dirname(dirname(dirname(createRequire(import.meta.url).resolve(name))));
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
