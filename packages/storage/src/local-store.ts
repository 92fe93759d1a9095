import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ByteRange, type Clock, PressroomError, type StoredBlob } from '@pressroom/domain';
import type { OpenAssetStore } from './closable-store.ts';
import { makeDurableFolder, syncFolder } from './durable-folder.ts';
import { type IncomingFile, IncomingFolder } from './incoming-folder.ts';
import { collect, outgoingStream } from './outgoing-stream.ts';
import { fileError, isAbsent, missing, rangeNotSatisfiable, tooLarge } from './storage-errors.ts';
import { assertStorageKey, assertStoragePrefix } from './storage-key.ts';

export interface LocalStoreOptions {
  /** Made when it does not exist. Several processes may use it at once. */
  readonly folder: string;
  readonly clock?: Clock | undefined;
}

/**
 * Blobs as files: `blobs/<key>`, and `incoming/` for those that are not whole yet, on the same file system so that a blob
 * appears under its key in one step. Bytes and name are on the disk before a put resolves.
 */
export async function openLocalStore(options: LocalStoreOptions): Promise<OpenAssetStore> {
  const folder = resolve(options.folder);
  const blobs = join(folder, 'blobs');
  const incoming = await IncomingFolder.open(
    join(folder, 'incoming'),
    options.clock === undefined ? {} : { clock: options.clock },
  );
  await makeDurableFolder(blobs).catch((error: unknown) => {
    throw fileError(`use the folder ${folder}`, error);
  });

  function pathOf(key: string): string {
    assertStorageKey(key);
    return join(blobs, key);
  }

  async function keep(key: string, file: IncomingFile, place: typeof replaceFile): Promise<StoredBlob> {
    const path = pathOf(key);
    try {
      await inFolder(path, () => place(file, path));
      await syncFolder(dirname(path));
    } catch (error) {
      throw fileError(`store ${key}`, error);
    }
    return { key, bytes: file.bytes, sha256: file.sha256 };
  }

  async function openBlob(key: string, range: ByteRange | undefined, signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
    const path = pathOf(key);
    const file = await open(path, 'r').catch((error: unknown) => {
      throw isAbsent(error) ? missing(key, error) : fileError(`read ${key}`, error);
    });
    try {
      const found = await file.stat();
      if (!found.isFile()) throw missing(key);
      if (range !== undefined && (range.start < 0 || range.start >= found.size || range.end < range.start)) {
        throw rangeNotSatisfiable(key, found.size);
      }
      const body = file.createReadStream({ ...range, highWaterMark: 256 * 1024 });
      const stream = outgoingStream(body, signal, (error) => fileError(`read ${key}`, error));
      return { bytes: found.size, stream };
    } catch (error) {
      await file.close();
      throw isFileSystemError(error) ? fileError(`read ${key}`, error) : error;
    }
  }

  return {
    put: async (key, source, putOptions = {}) => {
      assertStorageKey(key);
      return incoming.receive(source, putOptions, (file) => keep(key, file, replaceFile));
    },
    putByContent: (keyFor, source, putOptions = {}) =>
      incoming.receive(source, putOptions, (file) => keep(keyFor(file.sha256), file, placeIfAbsent)),
    get: async (key, { range, signal } = {}) => (await openBlob(key, range, signal)).stream,
    getBytes: async (key, { maxBytes, signal }) => {
      const { bytes, stream } = await openBlob(key, undefined, signal);
      const refusal = () => tooLarge(`The stored file ${key}`, maxBytes);
      if (bytes > maxBytes) {
        stream.destroy();
        throw refusal();
      }
      return collect(stream, maxBytes, refusal);
    },
    stat: async (key) => {
      try {
        const found = await stat(pathOf(key));
        return found.isFile() ? { bytes: found.size } : undefined;
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw fileError(`look at ${key}`, error);
      }
    },
    delete: async (key) => {
      const path = pathOf(key);
      await rm(path, { force: true }).catch((error: unknown) => {
        if (!isAbsent(error)) throw fileError(`delete ${key}`, error);
      });
    },
    deletePrefix: async (prefix) => {
      assertStoragePrefix(prefix);
      await rm(join(blobs, prefix), { recursive: true, force: true, maxRetries: 3 }).catch(
        (error: unknown) => {
          throw fileError(`delete ${prefix}`, error);
        },
      );
    },
    sweepIncoming: () => incoming.sweep(),
    check: async () => {
      const probe = Buffer.from('probe');
      await incoming.receive(probe, {}, async ({ path }) => {
        const read = await readFile(path).catch((error: unknown) => {
          throw fileError('read from the store', error);
        });
        if (!read.equals(probe))
          throw new PressroomError('storage-unavailable', 'The store gives other bytes back');
      });
    },
    close: async () => {},
  };
}

/** A folder may be emptied and removed by `deletePrefix` between its making and its use: then it is made again. */
async function inFolder(path: string, place: () => Promise<void>): Promise<void> {
  for (let tries = 3; ; tries -= 1) {
    await makeDurableFolder(dirname(path));
    try {
      await place();
      return;
    } catch (error) {
      if (!isAbsent(error) || tries === 1) throw error;
    }
  }
}

async function replaceFile(file: IncomingFile, path: string): Promise<void> {
  await rename(file.path, path);
}

/**
 * `link` fails when the name is taken, so of many writers of the same content one wins and the others find it done. A
 * present file of another size is damage, since the key is the content's hash, and is replaced.
 */
async function placeIfAbsent(file: IncomingFile, path: string): Promise<void> {
  try {
    await link(file.path, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if ((await stat(path)).size !== file.bytes) await rename(file.path, path);
  }
}

function isFileSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).errno === 'number';
}
