// A pid alone is no proof: pids are reused, above all in containers where every start counts from 1 again. A pid together
// with the moment its process was born names one process for ever.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface LiveProcess {
  /** Opaque; differs between two processes that had the same pid. Empty where the system does not tell. */
  readonly born: string;
  /** The program's short name; empty where the system does not tell. */
  readonly program: string;
}

/** The process that has this pid now, or undefined when there is none. A zombie counts as none: it holds nothing any more. */
export async function findProcess(pid: number): Promise<LiveProcess | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !answersSignals(pid)) return undefined;
  if (process.platform === 'linux') return await readProc(pid);
  if (process.platform === 'win32') return { born: '', program: '' };
  return await askPs(pid);
}

/**
 * Whether this process still lives, cheap enough to ask twice a second: only Linux is asked for more than the pid. There a killed
 * server may stay a zombie for good, under a first process that reaps nobody.
 */
export async function isStillAlive({ pid, born }: { pid: number; born: string }): Promise<boolean> {
  if (process.platform !== 'linux') return answersSignals(pid);
  return (await findProcess(pid))?.born === born;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readProc(pid: number): Promise<LiveProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
    // The name stands in parentheses and may itself hold spaces and parentheses: the last one ends it.
    const program = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { born: `${boot}:${fields[19]}`, program };
  } catch {
    return undefined;
  }
}

async function askPs(pid: number): Promise<LiveProcess | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=,comm=', '-p', String(pid)], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    });
    const words = stdout.trim().split(/\s+/);
    if (words[0] === undefined || words[0].startsWith('Z')) return undefined;
    return { born: words.slice(1, 6).join(' '), program: (words[6] ?? '').split('/').at(-1) ?? '' };
  } catch {
    return undefined;
  }
}
