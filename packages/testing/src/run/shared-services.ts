// The servers of one test run live in a process of their own. It ends them as soon as its input closes, and the system
// closes that for every way in which the run can end: done, failed set-up, Ctrl-C, SIGKILL.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface SharedServices {
  readonly postgresUrl: string;
  /** Of a Redis Cluster the URLs of all nodes, separated by commas. */
  readonly redisUrl: string;
  /** The same PostgreSQL behind PgBouncer, where the run has that topology. */
  readonly poolerUrl?: string | undefined;
  /** Resolves when both servers and their folder are gone. */
  stop(): Promise<void>;
}

/** What the host says on its one line. */
export type HostAnswer =
  | { readonly postgresUrl: string; readonly redisUrl: string; readonly poolerUrl?: string | undefined }
  | { readonly failed: string };

/** Starts PostgreSQL and Redis for a run. Throws with what the failing server said; nothing is left behind then. */
export async function startSharedServices(): Promise<SharedServices> {
  const host = spawn(process.execPath, [fileURLToPath(new URL('./service-host.js', import.meta.url))], {
    // Apart from the terminal's process group: Ctrl-C must not take the host before it has ended its servers.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(host, 'exit');
  const answer = await Promise.race([readAnswer(host), exited.then(() => undefined)]);
  if (answer === undefined || 'failed' in answer) {
    host.stdin.end();
    await exited;
    throw new Error(`The servers for the tests did not start: ${answer?.failed ?? 'their host ended'}`);
  }
  return {
    ...answer,
    stop: async () => {
      host.stdin.end();
      await exited;
    },
  };
}

async function readAnswer(host: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<HostAnswer> {
  const [line] = (await once(createInterface(host.stdout), 'line')) as [string];
  return JSON.parse(line) as HostAnswer;
}
