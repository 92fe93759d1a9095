import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openAssetStore, openLocalStore } from '@pressroom/storage';
import { inChunks, patterned, stuckSource } from './sources.ts';
import { describeStoreContract } from './store-contract.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'store-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describeStoreContract('the local store', async () => {
  const folder = await temporaryFolder();
  const store = await openAssetStore({ kind: 'local', folder: join(folder, 'made', 'when absent') });
  return { store, leftovers: () => readdir(join(folder, 'made', 'when absent', 'incoming')) };
});

describe('openLocalStore', () => {
  test('sweeps what a dead process left behind, and not what is being written', async () => {
    const folder = await temporaryFolder();
    const incoming = join(folder, 'incoming');
    await mkdir(incoming);
    const now = new Date('2026-01-01T12:00:00Z');
    for (const [name, minutes] of [
      ['old', 61],
      ['young', 59],
    ] as const) {
      await writeFile(join(incoming, name), 'half a fi');
      const written = new Date(now.getTime() - minutes * 60_000);
      await utimes(join(incoming, name), written, written);
    }
    await openLocalStore({ folder, clock: { now: () => now } });
    expect(await readdir(incoming)).toEqual(['young']);
  });

  test('shows nothing under the key before the last byte is there', async () => {
    const store = await openLocalStore({ folder: await temporaryFolder() });
    const { source, sent } = stuckSource(patterned(200_000));
    const putting = store.put('a', source);
    await sent;
    expect(await store.stat('a')).toBeUndefined();
    source.push(null);
    expect(await putting).toMatchObject({ bytes: 200_000 });
    expect(await store.stat('a')).toEqual({ bytes: 200_000 });
  });

  test('mends a content-addressed file that was cut short on the disk', async () => {
    const folder = await temporaryFolder();
    const store = await openLocalStore({ folder });
    const bytes = patterned(10_000);
    const { key } = await store.putByContent((hash) => `c/${hash}`, inChunks(bytes));
    await truncate(join(folder, 'blobs', key), 5_000);
    await store.putByContent((hash) => `c/${hash}`, inChunks(bytes));
    expect((await store.getBytes(key, { maxBytes: 10_000 })).equals(bytes)).toBe(true);
  });

  test('survives the removal of a folder between two puts into it', async () => {
    const store = await openLocalStore({ folder: await temporaryFolder() });
    const rounds = Array.from({ length: 30 }, (_, index) => [
      store.put(`work/s/${index}`, Buffer.from('x')),
      store.deletePrefix('work/s/'),
    ]);
    await Promise.all(rounds.flat());
    await store.put('work/s/last', Buffer.from('x'));
    expect(await store.stat('work/s/last')).toEqual({ bytes: 1 });
  });

  test('says so when its folder cannot be used', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(openLocalStore({ folder: join(folder, 'file') })).rejects.toMatchObject({
      code: 'storage-unavailable',
      cause: expect.objectContaining({ code: 'ENOTDIR' }),
    });
    const store = await openLocalStore({ folder });
    await rm(join(folder, 'incoming'), { recursive: true });
    await expect(store.check()).rejects.toMatchObject({ code: 'storage-unavailable' });
  });

  test('lets go of a source of which it could not even begin to read', async () => {
    const folder = await temporaryFolder();
    const store = await openLocalStore({ folder });
    await rm(join(folder, 'incoming'), { recursive: true });
    const source = new PassThrough();
    // More than the stream takes in: whoever writes it waits for room.
    source.write(patterned(100_000));
    const closed = once(source, 'close');
    await expect(store.putByContent((hash) => `c/${hash}`, source)).rejects.toMatchObject({
      code: 'storage-unavailable',
    });
    await closed;
  });

  const small = smallFileSystem();
  (small === undefined ? test.skip : test)('says that the disk is full (needs leave to mount)', async () => {
    const folder = await temporaryFolder();
    small?.(folder);
    cleanUps.push(async () => execFileSync('umount', [folder]));
    const store = await openLocalStore({ folder });
    await expect(store.put('a', inChunks(patterned(1_000_000)))).rejects.toMatchObject({
      code: 'storage-full',
      cause: expect.objectContaining({ code: 'ENOSPC' }),
    });
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect(await store.put('a', patterned(10_000))).toMatchObject({ bytes: 10_000 });
  });
});

/** Mounts 256 kB of memory on a folder; undefined where this process may not. */
function smallFileSystem(): ((folder: string) => void) | undefined {
  try {
    const mount = (folder: string) =>
      void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
    const probe = execFileSync('mktemp', ['-d']).toString().trim();
    mount(probe);
    execFileSync('umount', [probe]);
    execFileSync('rmdir', [probe]);
    return mount;
  } catch {
    return undefined;
  }
}
