/** A hard limit of memory, as a container has it: what a process takes beyond it, the kernel kills it for. Version 1 or 2, as root. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface MemoryCgroup {
  /** The begin of a command line: what follows runs within. */
  readonly under: readonly string[];
  /** How many processes the kernel has killed for it. */
  kills(): Promise<number>;
  /** Bytes that are resident now and no file's cache. */
  residentBytes(): Promise<number>;
  remove(): Promise<void>;
}

const root = '/sys/fs/cgroup';

/** Throws where no limit can be set. */
export async function createMemoryCgroup(limitBytes: number): Promise<MemoryCgroup> {
  const old = existsSync(join(root, 'memory/memory.limit_in_bytes'));
  const name = `pressroom-${process.pid}-${limitBytes}`;
  const folder = old ? join(root, 'memory', name) : join(root, name);
  await mkdir(folder);
  if (old) {
    await writeFile(join(folder, 'memory.limit_in_bytes'), String(limitBytes));
    // Where there is swap, it does not count as memory.
    await writeFile(join(folder, 'memory.memsw.limit_in_bytes'), String(limitBytes)).catch(() => {});
  } else {
    await writeFile(join(folder, 'memory.max'), String(limitBytes));
    await writeFile(join(folder, 'memory.swap.max'), '0').catch(() => {});
  }
  const number = async (file: string, field: string): Promise<number> => {
    const text = await readFile(join(folder, file), 'utf8');
    return Number(new RegExp(`^${field} (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  };
  return {
    under: ['/bin/sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder],
    kills: () => number(old ? 'memory.oom_control' : 'memory.events', 'oom_kill'),
    residentBytes: () => number('memory.stat', old ? 'total_rss' : 'anon'),
    remove: () => rmdir(folder),
  };
}
