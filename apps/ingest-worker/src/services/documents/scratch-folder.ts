import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'pressroom-ingest-';
/** No step takes so long: what is older belongs to a process that was killed. */
const forgottenMs = 6 * 60 * 60 * 1000;

export async function openScratchFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), prefix));
}

/** Deletes what killed processes have left behind; what cannot be deleted is somebody else's. */
export async function sweepScratchFolders(now: Date): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const path = join(tmpdir(), name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now.getTime() - found.mtimeMs > forgottenMs)
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
