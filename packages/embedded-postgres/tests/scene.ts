// Folders, parents and questions that the tests of this package share. Not from @pressroom/testing, which stands on us.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Log } from '@pressroom/domain';
import pg from 'pg';

export const root = process.getuid?.() === 0;

/** A folder that the server's user can pass into. */
export async function openFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'embedded-postgres-test-'));
  await chmod(path, 0o711);
  return path;
}

export async function ask(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

export interface Parent {
  readonly child: ChildProcess;
  readonly said: { url?: string; adopted?: boolean; failed?: string };
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startParent(dataFolder: string, lockWaitMs = 10_000): Promise<Parent> {
  const program = fileURLToPath(new URL('./parent-program.js', import.meta.url));
  const child = spawn(process.execPath, [program, dataFolder, String(lockWaitMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    child,
    said: JSON.parse(line) as Parent['said'],
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

export async function postmasterPid(folder: string): Promise<number> {
  return Number((await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Whether a process has this pid; a zombie that nobody has reaped yet counts as none. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') R');
  return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
}

export function recordingLog(): Log & { readonly messages: string[] } {
  const messages: string[] = [];
  const record = (_fields: object, message: string) => void messages.push(message);
  const log = { debug: record, info: record, warn: record, error: record, child: () => log, messages };
  return log;
}
