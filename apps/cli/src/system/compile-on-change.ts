import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface CompileOnChangeOptions {
  readonly projectFolder: string;
  /** Those that are run; the packages that they use are compiled with them. */
  readonly apps: readonly string[];
  readonly say: (line: string) => void;
}

/** Editors save a file in several writes, and a checkout changes many files. */
const settleMs = 100;

/**
 * Compiles the sources whenever one of them changes, until it is stopped. Not `tsc --watch`: that one does not see files
 * that are saved under another name and renamed, as several editors do it.
 *
 * @returns what stops it and its compiler
 */
export async function compileOnChange(options: CompileOnChangeOptions): Promise<() => Promise<void>> {
  const { projectFolder, apps, say } = options;
  const stopping = new AbortController();
  let compiler: ChildProcess | undefined;
  let isStale = false;
  let settling: NodeJS.Timeout | undefined;

  const compile = async (): Promise<void> => {
    // A change during a run is not part of it for sure: one more run follows.
    isStale = true;
    if (compiler !== undefined) return;
    while (isStale && !stopping.signal.aborted) {
      isStale = false;
      compiler = startCompiler(projectFolder, apps);
      const exitCode = await once(compiler, 'close').then(
        ([code]) => code as number | null,
        // It could not even be started: as good as a mistake in the sources, and the next change tries again.
        () => null,
      );
      compiler = undefined;
      if (!stopping.signal.aborted) {
        say(exitCode === 0 ? 'Compiled.' : 'Not compiled: what runs is the code from before this change.');
      }
    }
  };
  const changed = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      watchNewFolders()
        .catch((error: Error) => say(`Cannot look for new folders: ${error.message}`))
        .then(compile)
        .catch((error: Error) => say(`Not compiled: ${error.message}`));
    }, settleMs);
  };
  // Folder by folder: Node's own recursive watching loses a file on Linux once it was replaced by renaming.
  const watched = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>();
  const watchNewFolders = async (): Promise<void> => {
    const found = new Map<string, string>();
    for (const folder of await sourceFolders(projectFolder, apps)) {
      const identity = await identityOf(folder);
      if (identity !== undefined) found.set(folder, identity);
    }
    // Who watches a folder that was removed hears nothing of the one that came in its place, as after a checkout.
    for (const [folder, { identity, watcher }] of watched) {
      if (found.get(folder) === identity) continue;
      watcher.close();
      watched.delete(folder);
    }
    for (const [folder, identity] of found) {
      if (watched.has(folder) || stopping.signal.aborted) continue;
      const watcher = watch(folder, changed);
      watched.set(folder, { identity, watcher });
      watcher.on('error', () => watched.delete(folder));
    }
  };
  await watchNewFolders();
  return async () => {
    stopping.abort();
    for (const { watcher } of watched.values()) watcher.close();
    clearTimeout(settling);
    if (compiler === undefined) return;
    const ended = once(compiler, 'close');
    endGroup(compiler);
    await ended;
  };
}

async function sourceFolders(projectFolder: string, apps: readonly string[]): Promise<readonly string[]> {
  const packages = await readdir(join(projectFolder, 'packages'));
  const members = [
    ...packages.map((name) => join('packages', name)),
    ...apps.map((name) => join('apps', name)),
  ];
  const folders: string[] = [];
  for (const member of members) {
    const top = join(projectFolder, member, 'src');
    // A checkout may take a folder away while it is read, or a whole package.
    const entries = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) continue;
    const inner = entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
    folders.push(top, ...inner);
  }
  return folders;
}

async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino}:${found.birthtimeMs}`;
}

function startCompiler(projectFolder: string, apps: readonly string[]): ChildProcess {
  const require = createRequire(join(projectFolder, 'package.json'));
  const program = join(require.resolve('typescript/package.json'), '..', 'bin', 'tsc');
  return spawn(process.execPath, [program, '-b', ...apps.map((name) => join('apps', name))], {
    cwd: projectFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Apart from the terminal's group, so that a Ctrl-C comes to us alone.
    detached: true,
  });
}

/** The program is a shell around the compiler proper and does not take it along. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM');
  } catch (error) {
    // It has ended in this moment; its `close` is on the way.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
