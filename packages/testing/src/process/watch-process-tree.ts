import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Largest resident memory in bytes, since the watch began. */
export interface ProcessTreePeaks {
  /** Of the process itself. */
  readonly root: number;
  /** Of the largest of the processes that it started, each by itself. */
  readonly descendant: number;
  /** Of all of them at one moment; what they share counts in each. */
  readonly tree: number;
}

export interface ProcessTreeWatch {
  /** What was seen since the last call, or since the beginning. */
  take(): ProcessTreePeaks;
  stop(): Promise<void>;
}

/** Linux only: elsewhere nothing is seen. */
export const canWatchProcesses = process.platform === 'linux';

/** Looks at a process and everything below it every `everyMs` milliseconds, from the files of /proc. */
export function watchProcessTree(pid: number, everyMs = 25): ProcessTreeWatch {
  const peaks = { root: 0, descendant: 0, tree: 0 };
  const stopped = new AbortController();
  const look = async (): Promise<void> => {
    const resident = await residentBytes(pid);
    const below = await Promise.all((await descendantsOf(pid)).map(residentBytes));
    peaks.root = Math.max(peaks.root, resident.now);
    for (const { peak } of below) peaks.descendant = Math.max(peaks.descendant, peak);
    peaks.tree = Math.max(
      peaks.tree,
      below.reduce((sum, { now }) => sum + now, resident.now),
    );
  };
  const watching = (async () => {
    while (canWatchProcesses && !stopped.signal.aborted) {
      await look();
      await pause(everyMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();
  return {
    take: () => {
      const seen = { ...peaks };
      Object.assign(peaks, { root: 0, descendant: 0, tree: 0 });
      return seen;
    },
    stop: async () => {
      stopped.abort();
      await watching;
    },
  };
}

/** Ids of the processes below one, of every depth; those that end meanwhile are left out. Linux only. */
export async function descendantsOf(pid: number): Promise<readonly number[]> {
  if (!canWatchProcesses) return [];
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.trim().split(' ').filter(Boolean).map(Number));
  const below = await Promise.all(children.map(descendantsOf));
  return [...children, ...below.flat()];
}

/** A process that is gone has none. */
async function residentBytes(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { now: kilobytes('VmRSS') * 1_024, peak: kilobytes('VmHWM') * 1_024 };
}
