import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { type AssetStore, PressroomError, type StoredBlob, storageKeys } from '@pressroom/domain';
import type { InspectUpload, UploadFacts } from '../ports.ts';
import { uploadHeadBytes } from './inspect-upload.ts';

export interface UploadOptions {
  readonly store: AssetStore;
  readonly inspect: InspectUpload;
  readonly accountId: string;
  readonly maxBytes: number;
  /** Milliseconds without a byte after which the upload is given up. */
  readonly idleMs: number;
  /** Aborts when the client has gone or the server stops. */
  readonly signal: AbortSignal;
}

export interface ReceivedUpload {
  readonly blob: StoredBlob;
  readonly facts: UploadFacts;
}

/** What multipart adds to the file, generously. */
const formOverheadBytes = 64 * 1024;

/**
 * Streams the one part named `file` of a multipart body into the store. The store sees the end of the file only when the
 * whole form was read and nothing was wrong with it: until then it keeps a temporary blob, and drops that on any error.
 *
 * @throws PressroomError `unsupported-content-type`, `invalid-request` (no boundary, wrong, missing or second part),
 *   `upload-incomplete`, `asset-empty`, `asset-too-large`, `unsupported-type`, and what the store throws
 */
export async function receiveUpload(
  request: IncomingMessage,
  options: UploadOptions,
): Promise<ReceivedUpload> {
  const { maxBytes } = options;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + formOverheadBytes) throw tooLarge(maxBytes);
  const form = openForm(request);
  const file = new PassThrough();
  const head = new HeadCollector(options.inspect);
  const stored = options.store.putByContent(
    (sha256) => storageKeys.content(options.accountId, sha256),
    file,
    { maxBytes, signal: options.signal },
  );
  const [read, put] = await Promise.allSettled([readForm(request, form, file, head, options), stored]);
  // What the form says is the reason; that the store was cut off then is only its consequence.
  if (read.status === 'rejected') throw read.reason;
  if (put.status === 'rejected') throw put.reason;
  return { blob: put.value, facts: read.value };
}

/** Feeds the file into `into`, and ends that only after the form has ended well. Destroys it otherwise. */
async function readForm(
  request: IncomingMessage,
  form: BusboyInstance,
  into: PassThrough,
  head: HeadCollector,
  options: UploadOptions,
): Promise<UploadFacts> {
  let copying: Promise<void> | undefined;
  const idle = new IdleTimer(options.idleMs);
  const ended = new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      into.destroy(error as Error);
      reject(error);
    };
    form.on('file', (name, part) => {
      // Without a listener a part that is cut short would end the process.
      part.on('error', (error) => fail(incomplete(error)));
      if (name !== 'file' || copying !== undefined) {
        part.resume();
        fail(wrongPart(String(name), copying !== undefined));
        return;
      }
      copying = copyFile(part, into, head, options.maxBytes);
      copying.catch(fail);
    });
    form.on('partsLimit', () => fail(wrongPart('more', true)));
    form.on('error', (error) => fail(incomplete(error)));
    form.on('finish', resolve);
    into.on('error', reject);
    request.on('data', () => idle.touch());
    request.on('error', (error) => fail(incomplete(error)));
    request.on('close', () => {
      if (!request.complete) fail(incomplete(undefined));
    });
    idle.start(() => fail(incomplete(undefined, `No bytes came for ${options.idleMs} ms`)));
    options.signal.addEventListener('abort', () => fail(incomplete(options.signal.reason)), { once: true });
    request.pipe(form);
  });
  try {
    await ended;
    if (copying === undefined) throw missingFile();
    await copying;
    const facts = await head.finish();
    into.end();
    return facts;
  } catch (error) {
    into.destroy(error as Error);
    throw error;
  } finally {
    idle.stop();
    request.unpipe(form);
    form.on('error', () => {});
    form.destroy();
  }
}

/** With back-pressure from the store to the socket. */
async function copyFile(
  part: BusboyFileStream,
  into: PassThrough,
  head: HeadCollector,
  maxBytes: number,
): Promise<void> {
  let bytes = 0;
  for await (const chunk of part as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    await head.add(chunk);
    if (!into.write(chunk)) await drained(into);
  }
  if (bytes === 0) throw new PressroomError('asset-empty', 'The file has no bytes in it');
}

function drained(into: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      into.off('drain', done).off('close', done);
      resolve();
    };
    if (into.destroyed) done();
    else into.on('drain', done).on('close', done);
  });
}

/** Keeps the beginning of the file and has it looked at as soon as it is long enough: a film is refused after a megabyte. */
class HeadCollector {
  readonly #inspect: InspectUpload;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #facts: UploadFacts | undefined;

  constructor(inspect: InspectUpload) {
    this.#inspect = inspect;
  }

  async add(chunk: Buffer): Promise<void> {
    if (this.#facts !== undefined) return;
    const wanted = chunk.subarray(0, uploadHeadBytes - this.#bytes);
    this.#chunks.push(wanted);
    this.#bytes += wanted.length;
    if (this.#bytes >= uploadHeadBytes) await this.finish();
  }

  async finish(): Promise<UploadFacts> {
    this.#facts ??= await this.#inspect(Buffer.concat(this.#chunks));
    this.#chunks.length = 0;
    return this.#facts;
  }
}

class IdleTimer {
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  start(onIdle: () => void): void {
    this.#timer = setTimeout(onIdle, this.#ms);
  }

  touch(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function openForm(request: IncomingMessage): BusboyInstance {
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new PressroomError('unsupported-content-type', 'Send the file as multipart/form-data');
  }
  if (!/;\s*boundary="?[^";\s]{1,70}/i.test(contentType)) {
    throw new PressroomError('invalid-request', 'The multipart content type names no usable boundary');
  }
  return new Busboy({
    headers: request.headers as BusboyHeaders,
    isPartAFile: () => true,
    limits: { parts: 2, files: 2, headerPairs: 32, headerSize: 8 * 1024 },
  });
}

function tooLarge(maxBytes: number): PressroomError {
  return new PressroomError('asset-too-large', `A file may have ${maxBytes} bytes at most`, {
    facts: { maxBytes },
  });
}

function incomplete(
  cause: unknown,
  detail = 'The upload ended before the form was complete',
): PressroomError {
  return new PressroomError('upload-incomplete', detail, cause === undefined ? {} : { cause });
}

function missingFile(): PressroomError {
  return new PressroomError('invalid-request', 'The form has no part named `file`', {
    facts: { errors: [{ path: '/file', message: 'Missing' }] },
  });
}

function wrongPart(name: string, second: boolean): PressroomError {
  const message = second ? 'Only one file can be sent at a time' : 'The only part must be named `file`';
  return new PressroomError('invalid-request', message, {
    facts: { errors: [{ path: `/${name.slice(0, 100)}`, message }] },
  });
}
