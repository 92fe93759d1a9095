import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { etagOf, type Misbehaviour, refuse, reply, sendObject, xml } from './s3-replies.ts';

export interface S3Request {
  /** `PutObject`, `UploadPart`, … */
  readonly operation: string;
  readonly key: string;
}

export interface S3StandIn {
  readonly endpoint: string;
  readonly objects: ReadonlyMap<string, Buffer>;
  readonly requests: readonly S3Request[];
  /** Uploads in parts that were neither completed nor aborted: what a store must not leave behind. */
  readonly openUploads: ReadonlySet<string>;
  contentTypeOf(key: string): string | undefined;
  misbehave(choose: (request: S3Request, count: number) => Misbehaviour | undefined): void;
  close(): Promise<void>;
}

const pageSize = 3;

/**
 * An S3 server in memory that speaks the wire format of one bucket in path style: objects with ranges, listing in pages,
 * uploads in parts. Refuses what a real one refuses: foreign keys, bodies that do not have the announced hash, parts below
 * 5 MiB that are not the last.
 */
export async function startS3StandIn(bucket: string, accessKeyId: string): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>();
  const contentTypes = new Map<string, string>();
  const uploads = new Map<string, { key: string; contentType: string; parts: Map<number, Buffer> }>();
  const requests: S3Request[] = [];
  let choose: (request: S3Request, count: number) => Misbehaviour | undefined = () => undefined;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [requested = '', ...segments] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const key = segments.join('/');
    const operation = operationOf(request.method ?? '', url.searchParams);
    requests.push({ operation, key });
    const fault = choose({ operation, key }, requests.filter((each) => each.operation === operation).length);
    if (fault === 'cut') return void request.socket.destroy();
    if (fault === 'silence') return;
    const body = await readBody(request);
    if (fault === 'fail') return refuse(response, { status: 500, code: 'InternalError' });
    if (fault === 'full') return refuse(response, { status: 507, code: 'XMinioStorageFull' });
    if (!request.headers.authorization?.includes(`Credential=${accessKeyId}/`)) {
      return refuse(response, { status: 403, code: 'InvalidAccessKeyId' });
    }
    if (requested !== bucket) return refuse(response, { status: 404, code: 'NoSuchBucket' });
    const announced = request.headers['x-amz-content-sha256'];
    const hash = createHash('sha256').update(body).digest('hex');
    if (typeof announced === 'string' && /^[0-9a-f]{64}$/.test(announced) && announced !== hash) {
      return refuse(response, { status: 400, code: 'XAmzContentSHA256Mismatch' });
    }
    const contentType = request.headers['content-type'] ?? 'binary/octet-stream';
    const uploadId = url.searchParams.get('uploadId') ?? '';
    const upload = uploads.get(uploadId);
    switch (operation) {
      case 'PutObject':
        objects.set(key, body);
        contentTypes.set(key, contentType);
        return reply(response, 200, { etag: etagOf(body) });
      case 'GetObject':
      case 'HeadObject':
        return sendObject(request, response, objects.get(key), fault);
      case 'DeleteObject':
        objects.delete(key);
        return reply(response, 204);
      case 'ListObjectsV2':
        return list(response, url.searchParams);
      case 'CreateMultipartUpload': {
        const id = randomUUID();
        uploads.set(id, { key, contentType, parts: new Map() });
        const inner = `<Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`;
        return xml(response, 'InitiateMultipartUploadResult', inner);
      }
      default:
    }
    if (upload === undefined) return refuse(response, { status: 404, code: 'NoSuchUpload' });
    switch (operation) {
      case 'UploadPart':
        upload.parts.set(Number(url.searchParams.get('partNumber')), body);
        return reply(response, 200, { etag: etagOf(body) });
      case 'AbortMultipartUpload':
        uploads.delete(uploadId);
        return reply(response, 204);
      default: {
        const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)];
        const parts = named.map((match) => upload.parts.get(Number(match[1])));
        if (parts.slice(0, -1).some((part) => (part?.length ?? 0) < 5 * 1024 * 1024)) {
          return refuse(response, { status: 400, code: 'EntityTooSmall' });
        }
        uploads.delete(uploadId);
        objects.set(key, Buffer.concat(parts.filter((part) => part !== undefined)));
        contentTypes.set(key, upload.contentType);
        return xml(response, 'CompleteMultipartUploadResult', `<Key>${key}</Key><ETag>"x-1"</ETag>`);
      }
    }
  }

  function list(response: ServerResponse, query: URLSearchParams): void {
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter(
      (key) => key.startsWith(query.get('prefix') ?? '') && key > after,
    );
    const page = keys.sort().slice(0, pageSize);
    const more = keys.length > page.length;
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    const token = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    xml(response, 'ListBucketResult', `<IsTruncated>${more}</IsTruncated>${contents}${token}`);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    get openUploads() {
      return new Set(uploads.keys());
    },
    contentTypeOf: (key) => contentTypes.get(key),
    misbehave: (next) => {
      requests.length = 0;
      choose = next;
    },
    close: () => closeServer(server),
  };
}

function operationOf(method: string, query: URLSearchParams): string {
  if (query.has('uploads')) return 'CreateMultipartUpload';
  if (query.has('uploadId')) {
    return { PUT: 'UploadPart', DELETE: 'AbortMultipartUpload' }[method] ?? 'CompleteMultipartUpload';
  }
  if (query.get('list-type') === '2') return 'ListObjectsV2';
  return { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? method;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
