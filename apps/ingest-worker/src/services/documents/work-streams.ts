import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type AssetStore, PressroomError, storageKeys } from '@pressroom/domain';

/** What one stage leaves for the next among the step's work files, with the hash that proves it. */
export interface WorkFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Smaller ones stay in memory for the next stage of the same attempt. */
const heldBytes = 4 * 1024 * 1024;
/** Lines are handed to the store in pieces of about this size. */
const pieceBytes = 256 * 1024;

/**
 * Streams between the stages of one step, kept in the asset store so that another machine can go on. What another attempt has
 * written is proved by its hash before any of it is used.
 */
export class WorkStreams {
  readonly #store: AssetStore;
  readonly #stepId: string;
  readonly #signal: AbortSignal;
  readonly #held = new Map<string, Buffer>();
  readonly #proved = new Set<string>();

  constructor(store: AssetStore, stepId: string, signal: AbortSignal) {
    this.#store = store;
    this.#stepId = stepId;
    this.#signal = signal;
  }

  async write(name: string, pieces: AsyncIterable<Buffer>): Promise<WorkFile> {
    let kept: Buffer[] | undefined = [];
    let size = 0;
    async function* watched(): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        size += piece.length;
        if (size > heldBytes) kept = undefined;
        kept?.push(piece);
        yield piece;
      }
    }
    const source = Readable.from(watched(), { objectMode: false, highWaterMark: pieceBytes });
    const { bytes, sha256 } = await this.#store.put(storageKeys.work(this.#stepId, name), source, {
      signal: this.#signal,
    });
    if (kept !== undefined) this.#held.set(name, Buffer.concat(kept));
    this.#proved.add(name);
    return { name, bytes, sha256 };
  }

  /** Errors thrown: `work-lost` when the file is gone or another one. */
  async *read(file: WorkFile): AsyncGenerator<Buffer> {
    const held = this.#held.get(file.name);
    if (held !== undefined) {
      yield held;
      return;
    }
    if (!this.#proved.has(file.name)) await this.#prove(file);
    yield* await this.#open(file);
  }

  /** JSON, one value a line. */
  async *readLines<Value>(file: WorkFile): AsyncGenerator<Value> {
    yield* parseLines<Value>(this.read(file));
  }

  async writeLines(name: string, values: AsyncIterable<unknown>): Promise<WorkFile> {
    return await this.write(name, formatLines(values));
  }

  /** Frees the memory; the stored file stays. */
  release(name: string): void {
    this.#held.delete(name);
  }

  async deleteAll(): Promise<void> {
    this.#held.clear();
    await this.#store.deletePrefix(storageKeys.workPrefix(this.#stepId));
  }

  async #prove(file: WorkFile): Promise<void> {
    const hash = createHash('sha256');
    for await (const piece of await this.#open(file)) hash.update(piece);
    if (hash.digest('hex') !== file.sha256) {
      throw new PressroomError('asset-altered', `The work file ${file.name} is not the one that was written`);
    }
    this.#proved.add(file.name);
  }

  async #open(file: WorkFile): Promise<AsyncIterable<Buffer>> {
    return await this.#store.get(storageKeys.work(this.#stepId, file.name), { signal: this.#signal });
  }
}

/** Puts lines together into pieces, so that a stream of small values is not a stream of small writes. */
export async function* formatLines(values: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let lines: string[] = [];
  let size = 0;
  for await (const value of values) {
    const line = `${JSON.stringify(value)}\n`;
    lines.push(line);
    size += line.length;
    if (size >= pieceBytes) {
      yield Buffer.from(lines.join(''));
      lines = [];
      size = 0;
    }
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

export async function* parseLines<Value>(pieces: AsyncIterable<Buffer>): AsyncGenerator<Value> {
  let rest: Buffer[] = [];
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      const line =
        rest.length === 0
          ? piece.toString('utf8', from, end)
          : Buffer.concat([...rest, piece.subarray(from, end)]).toString();
      rest = [];
      from = end + 1;
      yield JSON.parse(line) as Value;
    }
    if (from < piece.length) rest.push(piece.subarray(from));
  }
  if (rest.length > 0) yield JSON.parse(Buffer.concat(rest).toString()) as Value;
}
