import { mkdir, open } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';

/** Makes a folder whose name survives a power cut: every folder that got a new entry is synced. */
export async function makeDurableFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  if (firstMade === undefined) return;
  await syncFolder(dirname(firstMade));
  const inner = relative(firstMade, path).split(sep).filter(Boolean);
  for (let depth = 0; depth < inner.length; depth += 1) {
    await syncFolder([firstMade, ...inner.slice(0, depth)].join(sep));
  }
}

/** Writes a folder's entries to the disk; without it a new file's bytes are safe but its name is not. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
