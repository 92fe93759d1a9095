import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { silentLog } from '@pressroom/domain';
import { ResourceScope } from '@pressroom/runtime';
import { startLocalSystem } from '../system/local-system.ts';
import { openAccount } from '../system/open-account.ts';

export interface DevOptions {
  readonly projectFolder: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: NodeJS.WriteStream;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The API and each worker as a process of its own; a change of the sources is compiled and restarts whatever uses it. */
export async function runDev(options: DevOptions): Promise<void> {
  const { projectFolder, output, signal } = options;
  const scope = new ResourceScope('dev');
  // A start that never ends, such as one whose port is taken, must be ended by Ctrl-C too.
  const stop = (): void => void scope.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await scope.use('compiler', () => watchSources(projectFolder), stopCompiler);
    const system = await startLocalSystem({
      folder: join(projectFolder, '.data', 'dev'),
      scope,
      log: silentLog,
      environment: options.environment,
      port: options.port,
      echo: true,
      watch: true,
    });
    const { apiKey } = await openAccount(system, { name: 'dev', credits: 10_000 });
    output.write(
      [
        '',
        `  API            ${system.apiUrl} (reference: ${system.apiUrl}/docs)`,
        `  API key        ${apiKey}`,
        `  Queues         ${system.apiUrl}/admin/queues, operator token ${system.operatorToken}`,
        '  Change a source file and what uses it restarts. Ctrl-C stops everything.',
        '',
        '',
      ].join('\n'),
    );
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    signal.removeEventListener('abort', stop);
    await scope.close();
  }
}

function watchSources(projectFolder: string): ChildProcess {
  const apps = ['api', 'ingest-worker', 'generate-worker', 'pdf-worker'].map((name) => join('apps', name));
  return spawn(
    join(projectFolder, 'node_modules', '.bin', 'tsc'),
    ['-b', '--watch', '--preserveWatchOutput', ...apps],
    {
      cwd: projectFolder,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    },
  );
}

async function stopCompiler(compiler: ChildProcess): Promise<void> {
  if (compiler.exitCode !== null || compiler.signalCode !== null) return;
  const ended = once(compiler, 'exit');
  // The whole group: the program that npm put into .bin starts the compiler proper and does not take it along.
  if (process.platform === 'win32' || compiler.pid === undefined) compiler.kill('SIGTERM');
  else process.kill(-compiler.pid, 'SIGTERM');
  await ended;
}
