import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type AssetStore, PressroomError } from '@pressroom/domain';
import { readRange } from './byte-range.ts';
import { contentDisposition } from './content-disposition.ts';

export interface StoredContent {
  readonly storageKey: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  readonly fileName: string;
}

/** What a browser may show by itself: none of these can run a script. */
const shownInline = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'application/pdf',
]);

/**
 * Answers with stored bytes: whole or one range, conditional, GET or HEAD. Whatever they are, they cannot act as a page of
 * this origin.
 *
 * @throws PressroomError `range-not-satisfiable`, and what the store throws before its first byte
 */
export async function sendStoredContent(
  request: IncomingMessage,
  response: ServerResponse,
  store: AssetStore,
  content: StoredContent,
  signal: AbortSignal,
): Promise<void> {
  const etag = `"${content.sha256}"`;
  const validators = { ETag: etag, 'Cache-Control': 'private, no-cache', 'Accept-Ranges': 'bytes' };
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    response.writeHead(304, validators).end();
    return;
  }
  const ifRange = request.headers['if-range'];
  const ranged = request.method === 'GET' && (ifRange === undefined || ifRange === etag);
  const range = ranged ? readRange(request.headers.range, content.bytes) : 'whole';
  if (range === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${content.bytes}`);
    throw new PressroomError('range-not-satisfiable', `The file has ${content.bytes} bytes`, {
      facts: { bytes: content.bytes },
    });
  }
  const source =
    request.method === 'HEAD'
      ? undefined
      : await store.get(content.storageKey, range === 'whole' ? { signal } : { range, signal });
  const length = range === 'whole' ? content.bytes : range.end - range.start + 1;
  response.writeHead(range === 'whole' ? 200 : 206, {
    ...validators,
    'Content-Type': content.mediaType,
    'Content-Length': length,
    'Content-Disposition': contentDisposition(
      shownInline.has(content.mediaType) ? 'inline' : 'attachment',
      content.fileName,
    ),
    'Content-Security-Policy': policyFor(content.mediaType),
    ...(range === 'whole' ? {} : { 'Content-Range': `bytes ${range.start}-${range.end}/${content.bytes}` }),
  });
  if (source === undefined) response.end();
  else await pipeline(source, response);
}

/** A sandboxed PDF is not shown by Chromium's viewer, which keeps it from scripts by itself. */
function policyFor(mediaType: string): string {
  if (mediaType === 'application/pdf') return "frame-ancestors 'none'";
  return "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
}

/** Weak comparison, as If-None-Match wants it. */
function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((each) => {
    const candidate = each.trim();
    return candidate === '*' || candidate.replace(/^W\//, '') === etag;
  });
}
