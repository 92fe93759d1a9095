import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';

/** A path of a file, bytes, or a stream of them; with `bytes` given, the server can refuse a stream that is too long at once. */
export type UploadSource =
  | string
  | Uint8Array
  | { readonly stream: AsyncIterable<Uint8Array>; readonly bytes?: number };

export interface UploadProgress {
  readonly sentBytes: number;
  /** Undefined for a stream of unknown length. */
  readonly totalBytes: number | undefined;
}

export interface UploadBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The multipart body around a file, streamed. Throws what the file system says about the path. */
export async function buildUploadBody(
  source: UploadSource,
  onProgress: (progress: UploadProgress) => void,
): Promise<UploadBody> {
  const boundary = `pressroom-${randomUUID()}`;
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const { stream, bytes } = await openSource(source);
  return {
    headers: {
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      ...(bytes === undefined ? {} : { 'Content-Length': String(head.length + bytes + tail.length) }),
    },
    chunks: frame(head, stream, tail, (sentBytes) => onProgress({ sentBytes, totalBytes: bytes })),
  };
}

async function* frame(
  head: Uint8Array,
  stream: AsyncIterable<Uint8Array>,
  tail: Uint8Array,
  onSent: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  yield head;
  let sent = 0;
  for await (const chunk of stream) {
    yield chunk;
    sent += chunk.length;
    onSent(sent);
  }
  yield tail;
}

async function openSource(
  source: UploadSource,
): Promise<{ stream: AsyncIterable<Uint8Array>; bytes: number | undefined }> {
  if (typeof source === 'string') {
    // Asked before the request: inside it, every failure would look like one of the connection.
    const found = await stat(source);
    if (found.isDirectory()) throw Object.assign(new Error(`${source} is a folder`), { code: 'EISDIR' });
    await access(source, constants.R_OK);
    return { stream: createReadStream(source), bytes: found.size };
  }
  if (source instanceof Uint8Array) return { stream: once(source), bytes: source.length };
  return { stream: source.stream, bytes: source.bytes };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
