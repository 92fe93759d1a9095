import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { startProcess, temporaryFolder } from '@pressroom/testing';

const root = join(import.meta.dirname, '..', '..', '..');

interface LockEntry {
  integrity?: string;
  resolved?: string;
}

/** The exit code and words of the check on the project's own lock file, after `change` has had a hand in it. */
async function checkLock(change: (packages: Record<string, LockEntry>) => void) {
  const { path } = await temporaryFolder();
  const file = join(path, 'package-lock.json');
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  change(lock.packages);
  await writeFile(file, JSON.stringify(lock));
  const checked = await startProcess({
    command: process.execPath,
    args: [join(root, 'scripts', 'lock-all-platforms.mjs'), '--check', file],
  });
  const { code } = await checked.exited;
  return { code, said: checked.stderr };
}

describe('the check of the lock file', () => {
  test('passes the lock file as it is', async () => {
    expect(await checkLock(() => {})).toEqual({ code: 0, said: '' });
  });

  test('refuses a package that nothing proves', async () => {
    const { code, said } = await checkLock((packages) => {
      delete packages['node_modules/@swc/core-win32-x64-msvc']?.integrity;
    });
    expect(code).toBe(1);
    expect(said).toContain('lacks checksums');
    expect(said).toContain(': 1, such as node_modules/@swc/core-win32-x64-msvc');
  });

  test('refuses a lock file without the binaries of another platform', async () => {
    const { code, said } = await checkLock((packages) => {
      delete packages['node_modules/@biomejs/cli-darwin-arm64'];
    });
    expect(code).toBe(1);
    expect(said).toContain('lacks packages of other platforms');
  });

  test('refuses a lock file that names a registry', async () => {
    const { code, said } = await checkLock((packages) => {
      const entry = packages['node_modules/bullmq'];
      if (entry !== undefined) entry.resolved = 'https://registry.example/bullmq.tgz';
    });
    expect(code).toBe(1);
    expect(said).toContain('names the registry of packages');
  });
});
