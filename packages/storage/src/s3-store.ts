import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { PressroomError, type PutOptions, type StoredBlob } from '@pressroom/domain';
import type { OpenAssetStore } from './closable-store.ts';
import { IncomingFolder } from './incoming-folder.ts';
import { MeasuredSource } from './measured-source.ts';
import { collect, outgoingStream } from './outgoing-stream.ts';
import { isS3Missing, s3Error } from './s3-errors.ts';
import { fileError, rangeNotSatisfiable, tooLarge } from './storage-errors.ts';
import { assertStorageKey, assertStoragePrefix } from './storage-key.ts';

export interface S3StoreOptions {
  /** Amazon's own when absent. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** The client's own credential chain when absent. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly forcePathStyle: boolean;
  /** How long a connection may take, and how long it may then be silent, in milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
  /** Tries of one request, counting the first. 3 when absent. */
  readonly requestAttempts?: number | undefined;
}

/** 10,000 parts of this size, S3's limit, hold 104 GB; two of them are in memory for each upload. */
const partBytes = 10 * 1024 * 1024;
const deletesAtOnce = 16;
const probeKey = 'health/probe';

/**
 * Blobs as objects of one bucket, on Amazon or a compatible server.
 *
 * `put` streams in parts; an object appears when the last part is in. `putByContent` must know the hash before it knows the
 * key, and S3 has no rename: the file is spooled to the local temporary folder first. That costs disk for the files in
 * flight, but the other way (an object under a temporary key, then a copy) costs a second write of every byte, stops at
 * 5 GB, and leaves orphans behind after a crash. And a file that is there already is not sent again.
 */
export async function openS3Store(options: S3StoreOptions): Promise<OpenAssetStore> {
  const { bucket } = options;
  const client = createClient(options);
  const spoolPath = await mkdtemp(join(tmpdir(), 'pressroom-spool-')).catch((error: unknown) => {
    throw fileError('make a folder for temporary files', error);
  });
  const spool = await IncomingFolder.open(spoolPath);

  /** One request; its errors get their meaning, and an abort ends with the signal's own reason. */
  async function ask<Answer>(
    what: string,
    key: string,
    signal: AbortSignal | undefined,
    request: (options: { abortSignal?: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    signal?.throwIfAborted();
    try {
      return await request(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : s3Error(`${what} ${key}`, key, error);
    }
  }

  async function statObject(key: string, signal?: AbortSignal): Promise<{ bytes: number } | undefined> {
    assertStorageKey(key);
    return ask('look at', key, signal, async (request) => {
      try {
        const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), request);
        return { bytes: head.ContentLength ?? 0 };
      } catch (error) {
        if (isS3Missing(error)) return undefined;
        throw error;
      }
    });
  }

  async function upload(key: string, body: Readable, { contentType, signal }: PutOptions): Promise<void> {
    await ask('store', key, signal, async () => {
      const sending = new Upload({
        client,
        params: { Bucket: bucket, Key: key, Body: body, ContentType: contentType },
        partSize: partBytes,
        queueSize: 2,
      });
      const abort = () => void sending.abort();
      signal?.addEventListener('abort', abort, { once: true });
      try {
        await sending.done();
      } finally {
        signal?.removeEventListener('abort', abort);
        body.destroy();
      }
    });
  }

  async function putBytes(key: string, bytes: Uint8Array, putOptions: PutOptions): Promise<StoredBlob> {
    const { maxBytes, contentType, signal } = putOptions;
    if (maxBytes !== undefined && bytes.byteLength > maxBytes) throw tooLarge('The file', maxBytes);
    const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType });
    await ask('store', key, signal, (request) => client.send(command, request));
    return { key, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  async function putStream(key: string, source: Readable, putOptions: PutOptions): Promise<StoredBlob> {
    const measured = new MeasuredSource(source, putOptions);
    try {
      await upload(key, Readable.from(measured.chunks(), { objectMode: false }), putOptions);
    } catch (error) {
      throw measured.failure === undefined ? error : measured.failure.error;
    } finally {
      source.destroy();
    }
    return { key, bytes: measured.bytes, sha256: measured.digest() };
  }

  async function getObject(key: string, range: string | undefined, signal: AbortSignal | undefined) {
    assertStorageKey(key);
    return ask('read', key, signal, async (request) => {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: range });
      const answer = await client.send(command, request);
      const body = answer.Body as Readable;
      const explain = (error: unknown) => s3Error(`read ${key}`, key, error);
      return { bytes: answer.ContentLength, stream: outgoingStream(body, signal, explain) };
    });
  }

  async function getBytes(key: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer> {
    const { bytes, stream } = await getObject(key, undefined, signal);
    const refusal = () => tooLarge(`The stored file ${key}`, maxBytes);
    if (bytes !== undefined && bytes > maxBytes) {
      stream.destroy();
      throw refusal();
    }
    return collect(stream, maxBytes, refusal);
  }

  async function deleteObject(key: string): Promise<void> {
    await ask('delete', key, undefined, () =>
      client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
    );
  }

  return {
    put: async (key, source, putOptions = {}) => {
      assertStorageKey(key);
      return source instanceof Uint8Array
        ? putBytes(key, source, putOptions)
        : putStream(key, source, putOptions);
    },
    putByContent: (keyFor, source, putOptions = {}) =>
      spool.receive(source, putOptions, async ({ path, bytes, sha256 }) => {
        const key = keyFor(sha256);
        const present = await statObject(key, putOptions.signal);
        if (present?.bytes !== bytes) await upload(key, createReadStream(path), putOptions);
        return { key, bytes, sha256 };
      }),
    get: async (key, { range, signal } = {}) => {
      if (range !== undefined && (range.start < 0 || range.end < range.start)) {
        throw rangeNotSatisfiable(key, undefined);
      }
      const header = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
      return (await getObject(key, header, signal)).stream;
    },
    getBytes: (key, { maxBytes, signal }) => getBytes(key, maxBytes, signal),
    stat: (key) => statObject(key),
    delete: async (key) => {
      assertStorageKey(key);
      await deleteObject(key);
    },
    deletePrefix: async (prefix) => {
      assertStoragePrefix(prefix);
      for (let token: string | undefined, more = true; more; more = token !== undefined) {
        const page = await ask('list', prefix, undefined, () =>
          client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })),
        );
        const keys = (page.Contents ?? []).flatMap((object) => object.Key ?? []);
        // One by one: the call for many at once needs a checksum header that compatible servers disagree about.
        for (let first = 0; first < keys.length; first += deletesAtOnce) {
          await Promise.all(keys.slice(first, first + deletesAtOnce).map(deleteObject));
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      }
    },
    // Parts of uploads that were cut off are not seen here: the bucket's own life cycle rule removes them.
    sweepIncoming: () => Promise.resolve(0),
    check: async () => {
      const probe = Buffer.from('probe');
      await putBytes(probeKey, probe, {});
      const read = await getBytes(probeKey, probe.length);
      if (!read.equals(probe)) {
        throw new PressroomError('storage-unavailable', 'The store gives other bytes back');
      }
    },
    close: async () => {
      client.destroy();
      await rm(spoolPath, { recursive: true, force: true });
    },
  };
}

function createClient(options: S3StoreOptions): S3Client {
  const { accessKeyId, secretAccessKey, endpoint } = options;
  return new S3Client({
    region: options.region,
    forcePathStyle: options.forcePathStyle,
    maxAttempts: options.requestAttempts ?? 3,
    // Compatible servers refuse the checksum headers that newer clients send by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? 5_000,
      socketTimeout: options.idleTimeoutMs ?? 30_000,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  });
}
