import { once } from 'node:events';
import { join } from 'node:path';
import { linkSignals, silentLog } from '@pressroom/domain';
import { ResourceScope } from '@pressroom/runtime';
import { compileOnChange } from '../system/compile-on-change.ts';
import { localApps, startLocalSystem } from '../system/local-system.ts';
import { openAccount } from '../system/open-account.ts';
import { refuseTakenPort } from '../system/refuse-taken-port.ts';

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
  const { projectFolder, output, port } = options;
  await refuseTakenPort(port);
  const lost = new AbortController();
  const ending = linkSignals(options.signal, lost.signal);
  const { signal } = ending;
  const scope = new ResourceScope('dev');
  // A start that never ends, such as one whose port is taken, must be ended by Ctrl-C too.
  const stop = (): void => void scope.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const say = (line: string): void => void output.write(`${line}\n`);
    await scope.use(
      'compiler',
      () => compileOnChange({ projectFolder, apps: localApps, say }),
      (stopCompiling) => stopCompiling(),
    );
    const system = await startLocalSystem({
      folder: join(projectFolder, '.data', 'dev'),
      scope,
      log: silentLog,
      environment: options.environment,
      port,
      onLost: (error) => lost.abort(error),
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
    lost.signal.throwIfAborted();
  } catch (error) {
    throw lost.signal.aborted ? (lost.signal.reason as Error) : error;
  } finally {
    signal.removeEventListener('abort', stop);
    ending.release();
    await scope.close();
  }
}
