import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createPressroomClient, type PressroomClient } from '@pressroom/client';
import { linkSignals, silentLog } from '@pressroom/domain';
import { ResourceScope } from '@pressroom/runtime';
import { type LocalSystem, startLocalSystem } from '../system/local-system.ts';
import { openAccount } from '../system/open-account.ts';
import type { DemoSurroundings } from './demo-options.ts';

/** A system that runs for one demo, and an account on it. */
export interface DemoSystem {
  readonly system: LocalSystem;
  readonly client: PressroomClient;
  /** Aborted when the user stops the demo, or a part of the system is lost. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Starts the whole system as processes of its own on an embedded database, does `work` with it, and takes it away again, whatever
 * happened. `prepare` runs while it starts, with a folder that goes with it. The logs stay when something unforeseen happened.
 */
export async function withDemoSystem<Prepared, Result>(
  given: DemoSurroundings,
  prepare: (folder: string) => Promise<Prepared>,
  work: (demo: DemoSystem, prepared: Prepared) => Promise<Result>,
): Promise<Result> {
  const say = (line: string): void => void given.output.write(`${line}\n`);
  const lost = new AbortController();
  const ending = linkSignals(given.signal, lost.signal);
  const { signal } = ending;
  const folder = join(given.projectFolder, 'demo', '.data', String(process.pid));
  const scope = new ResourceScope('demo');
  const stop = (): void => void scope.close();
  signal.addEventListener('abort', stop, { once: true });
  scope.defer('data folder', () => rm(folder, { recursive: true, force: true }));
  try {
    await mkdir(folder, { recursive: true });
    say('Starting PostgreSQL, the API and the workers …');
    const [system, prepared] = await Promise.all([
      startLocalSystem({
        folder,
        scope,
        log: silentLog,
        environment: given.environment,
        port: 0,
        onLost: (error) => lost.abort(error),
      }),
      prepare(join(folder, 'prepared')),
    ]);
    say(`  ${[...system.processes].map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')}`);
    const account = await openAccount(system, { name: 'demo', credits: 1_000 });
    const client = await scope.use(
      'client',
      () => createPressroomClient({ baseUrl: system.apiUrl, apiKey: account.apiKey }),
      (opened) => opened.close(),
    );
    return await work({ system, client, signal, say }, prepared);
  } catch (error) {
    if (!given.signal.aborted)
      await keepLogs(join(folder, 'logs'), join(given.projectFolder, 'demo', '.data', 'logs'), say);
    // What broke off because a part was lost says no more than that it was broken off.
    throw lost.signal.aborted ? (lost.signal.reason as Error) : error;
  } finally {
    signal.removeEventListener('abort', stop);
    ending.release();
    await scope.close();
  }
}

/** The data folder goes, and with it what would tell why something unforeseen happened. */
async function keepLogs(from: string, to: string, say: (line: string) => void): Promise<void> {
  await rm(to, { recursive: true, force: true });
  const isKept = await cp(from, to, { recursive: true }).then(
    () => true,
    () => false,
  );
  if (isKept) say(`The logs of the processes are in ${to}.`);
}
