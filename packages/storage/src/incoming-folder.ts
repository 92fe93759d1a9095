import { randomUUID } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Clock, type PutOptions, reach, systemClock } from '@pressroom/domain';
import { makeDurableFolder } from './durable-folder.ts';
import { MeasuredSource } from './measured-source.ts';
import { fileError, isAbsent } from './storage-errors.ts';

export interface IncomingFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const staleAfterMs = 60 * 60 * 1_000;

/**
 * Where bytes are received before they have a name. A file here is either being written, or was left behind by a process
 * that died; the latter are swept when the store is opened, and from time to time.
 */
export class IncomingFolder {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #uniqueName: () => string;

  private constructor(path: string, clock: Clock, uniqueName: () => string) {
    this.#path = path;
    this.#clock = clock;
    this.#uniqueName = uniqueName;
  }

  static async open(
    path: string,
    {
      clock = systemClock,
      uniqueName = randomUUID as () => string,
    }: { clock?: Clock; uniqueName?: () => string } = {},
  ): Promise<IncomingFolder> {
    const folder = new IncomingFolder(path, clock, uniqueName);
    try {
      await makeDurableFolder(path);
    } catch (error) {
      throw fileError(`use the folder ${path}`, error);
    }
    await folder.sweep();
    return folder;
  }

  /** Removes what was left behind; how many files. */
  async sweep(): Promise<number> {
    try {
      return await sweep(this.#path, this.#clock.now().getTime() - staleAfterMs);
    } catch (error) {
      throw fileError(`use the folder ${this.#path}`, error);
    }
  }

  /**
   * Writes the source to a file, gives the file to `use`, and removes it afterwards if it is still there. The bytes are on
   * the disk (fsync), not just on their way, when `use` is called.
   */
  async receive<Result>(
    source: Readable | Uint8Array,
    options: PutOptions,
    use: (file: IncomingFile) => Promise<Result>,
  ): Promise<Result> {
    const path = join(this.#path, this.#uniqueName());
    try {
      const measured = new MeasuredSource(source, options);
      await writeWhole(path, measured);
      options.signal?.throwIfAborted();
      return await use({ path, bytes: measured.bytes, sha256: measured.digest() });
    } finally {
      // Best effort: what cannot be removed now is swept later, and must not hide the first error.
      await rm(path, { force: true }).catch(() => {});
    }
  }
}

/** Only errors of the file are the store's; those of the source go to the caller as they are. */
async function writeWhole(path: string, source: MeasuredSource): Promise<void> {
  const chunks = source.chunks();
  try {
    await reach('store.write');
    const file = await open(path, 'wx', 0o640);
    try {
      for await (const chunk of chunks) await writeAll(file, chunk);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    // The file could perhaps not even be made: then nothing has read the source, and nothing will.
    source.discard();
    if (source.failure !== undefined) throw source.failure.error;
    throw fileError('write to the store', error);
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function sweep(path: string, before: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(path)) {
    const file = join(path, name);
    try {
      if ((await stat(file)).mtimeMs >= before) continue;
      await rm(file);
      removed += 1;
    } catch (error) {
      // Another process sweeps, or has finished, at the same time.
      if (!isAbsent(error)) throw error;
    }
  }
  return removed;
}
