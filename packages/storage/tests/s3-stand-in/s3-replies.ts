import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the server does to a request instead of serving it. */
export type Misbehaviour = 'fail' | 'full' | 'cut' | 'cut-body' | 'silence' | 'other-bytes';

interface Refusal {
  readonly status: number;
  readonly code: string;
}

export function sendObject(
  request: IncomingMessage,
  response: ServerResponse,
  stored: Buffer | undefined,
  fault: Misbehaviour | undefined,
): void {
  if (stored === undefined) {
    refuse(response, { status: 404, code: 'NoSuchKey' });
    return;
  }
  const object = fault === 'other-bytes' ? Buffer.alloc(stored.length, 0x21) : stored;
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(Number(range?.[2] ?? Number.POSITIVE_INFINITY), object.length - 1);
  if (range !== null && start >= object.length) {
    refuse(response, { status: 416, code: 'InvalidRange' });
    return;
  }
  const body = object.subarray(start, end + 1);
  response.writeHead(range === null ? 200 : 206, { 'content-length': body.length, etag: etagOf(object) });
  if (request.method === 'HEAD') response.end();
  else if (fault !== 'cut-body') response.end(body);
  else response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

export function refuse(response: ServerResponse, { status, code }: Refusal): void {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} of the stand-in</Message></Error>`;
  reply(response, status, { 'content-type': 'application/xml' }, response.req.method === 'HEAD' ? '' : body);
}

export function xml(response: ServerResponse, name: string, inner: string): void {
  const body = `<?xml version="1.0"?><${name}>${inner}</${name}>`;
  reply(response, 200, { 'content-type': 'application/xml' }, body);
}

export function reply(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body = '',
): void {
  response.writeHead(status, headers).end(body);
}

export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
