import { constants } from 'node:fs';
import { open, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Placement } from './placement.ts';
import { findProcess, type LiveProcess } from './process-identity.ts';

export interface Postmaster {
  readonly pid: number;
  /** When, as `findProcess` tells it. */
  readonly born: string;
  readonly port: number;
}

/** Above every system's highest pid, so no process ever has it. */
const deadPid = '2147483646';

/**
 * The live server of these data, by the file that PostgreSQL keeps in them.
 *
 * When its pid now belongs to a zombie or another program, PostgreSQL would take that for a live server and never start.
 * The file must not be removed though: it also names the shared memory by which PostgreSQL sees children of a killed
 * server that still write to the data. So only the pid in it is replaced.
 */
export async function findPostmaster(placement: Placement): Promise<Postmaster | undefined> {
  const path = join(placement.data, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || lines[0] === deadPid) return undefined;
  const server = await findServer(pid, placement.data);
  if (server !== undefined) return { pid, born: server.born, port: Number(lines[3]) };
  await disown(path, text);
  return undefined;
}

async function findServer(pid: number, data: string): Promise<LiveProcess | undefined> {
  const found = await findProcess(pid);
  if (found === undefined || (found.program !== '' && !found.program.includes('postgres'))) return undefined;
  // A server works inside its data directory; where the system tells, that settles whose server it is.
  const place = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return place === undefined || place === (await realpath(data)) ? found : undefined;
}

async function disown(path: string, text: string): Promise<void> {
  // The folder is the server user's: following a link there would let that user aim a write of root's.
  const file = await open(path, constants.O_RDWR | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)).catch(
    (error: NodeJS.ErrnoException) => {
      // A server that ended in order has removed it meanwhile.
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    },
  );
  await file?.writeFile([deadPid, ...text.split('\n').slice(1)].join('\n'));
  await file?.close();
}
