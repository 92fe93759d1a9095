import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hermeticEnvironment } from '../process/hermetic-environment.ts';

const run = promisify(execFile);

/**
 * Fetches packages, with those they need that the system lacks, from the system's own sources and unpacks them below
 * `folder`. Changes nothing on the system and needs no root: apt gets its lists and caches in a private place.
 * Throws with apt's own words.
 */
export async function downloadDebianPackages(names: readonly string[], folder: string): Promise<void> {
  const work = join(folder, '.apt');
  const archives = join(work, 'archives');
  const lists = join(work, 'lists');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(lists, 'partial'), { recursive: true });
  const options = ['-q', '-o', 'Debug::NoLocking=1', '-o', `Dir::Cache=${work}`, '-o', 'APT::Sandbox::User='];
  const install = ['--no-install-recommends', '--download-only', '--yes', 'install', ...names];
  const privateLists = [...options, '-o', `Dir::State::lists=${lists}`];
  try {
    await apt([...options, ...install]);
  } catch {
    // The system's lists are missing or older than its mirror: fetch current ones, again in private.
    await apt([...privateLists, 'update']);
    await apt([...privateLists, ...install]);
  }
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  for (const name of packages) await run('dpkg-deb', ['-x', join(archives, name), folder]);
  await rm(work, { recursive: true, force: true });
}

async function apt(args: readonly string[]): Promise<void> {
  const env = { ...hermeticEnvironment(), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', [...args], { env, timeout: 180_000, maxBuffer: 16_000_000 });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim();
    throw new Error(`apt-get: ${said || (cause as Error).message}`, { cause });
  }
}
