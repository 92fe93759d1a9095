/** What tests break, and how: one file for each fault point, laid down while the processes run. */
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FaultPoint, type FaultStrike, faultPoints } from '@pressroom/domain';

/** What is written into a file of the folder. */
const acts: Readonly<Record<string, (point: FaultPoint) => Promise<void>>> = {
  crash: () => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise<never>(() => {});
  },
  fail: (point) => Promise.reject(new Error(`Told to fail at '${point}'`)),
  hang: () => new Promise<never>(() => {}),
  /** The whole process stands still here until SIGCONT, and then goes on as if nothing had been. */
  stop: () => {
    process.kill(process.pid, 'SIGSTOP');
    return Promise.resolve();
  },
  'no-space': () =>
    Promise.reject(Object.assign(new Error('Told that no space is left'), { code: 'ENOSPC' })),
};

/**
 * The file `<point>` strikes once, whichever process comes first: that one renames it to `<point>.struck-<pid>`, so that the
 * test knows. With a number behind the word, as in `crash 2`, it strikes so many times. `<point>.always` strikes until it is removed.
 */
export function faultsIn(folder: string): FaultStrike {
  const paths = new Map(
    (Object.keys(faultPoints) as FaultPoint[]).map((point) => {
      const once = join(folder, point);
      return [point, { once, always: `${once}.always`, struck: `${once}.struck-${process.pid}` }];
    }),
  );
  return async (point) => {
    const path = paths.get(point);
    if (path === undefined) return;
    if (existsSync(path.always)) await act(point, await readText(path.always));
    if (!existsSync(path.once)) return;
    // Before it is renamed: a test that sees it struck may sweep the folder at once.
    const [word = '', times = '1'] = (await readText(path.once)).trim().split(' ');
    try {
      await rename(path.once, path.struck);
    } catch {
      // Another process took it.
      return;
    }
    // Before it strikes: this process may not be there afterwards.
    if (Number(times) > 1) await writeFile(path.once, `${word} ${Number(times) - 1}`);
    await act(point, word);
  };
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

async function act(point: FaultPoint, word: string): Promise<void> {
  // An emptied file says nothing: it is being written or removed.
  await acts[word.trim()]?.(point);
}
