// The ways an SVG's bytes become text. Every one is bounded: a gzip of 1 MB can hold 1 GB of spaces.
import { isUtf8 } from 'node:buffer';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { PressroomError } from '@pressroom/domain';

/** Characters (and bytes, once inflated) that a drawing may have. */
export const maxSvgBytes = 16 * 1024 * 1024;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The text of an SVG or SVGZ. Errors thrown: `svg-unsafe` when it is larger than {@link maxSvgBytes}, `image-corrupt`
 * when the gzip stream is damaged or the text has no known encoding.
 */
export async function readSvgText(bytes: Uint8Array): Promise<string> {
  const plain = isGzip(bytes) ? await inflate(bytes) : bytes;
  if (plain.length > maxSvgBytes) throw tooLarge();
  const text = decode(plain);
  if (text === undefined) {
    throw new PressroomError('image-corrupt', 'The drawing is in a text encoding that is not known here');
  }
  return text;
}

/** As much text as the first bytes of a file give, for sniffing; undefined when they are no text. */
export function readSvgHead(head: Uint8Array): string | undefined {
  if (!isGzip(head)) return decode(head, { partial: true });
  try {
    const plain = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * 1024 });
    return decode(plain, { partial: true });
  } catch {
    return undefined;
  }
}

/** Streamed, so that a bomb costs the limit and not what it wants to be. */
async function inflate(bytes: Uint8Array): Promise<Buffer> {
  const gunzip = createGunzip();
  const chunks: Buffer[] = [];
  let total = 0;
  gunzip.end(bytes);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > maxSvgBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof PressroomError) throw error;
    throw new PressroomError('image-corrupt', 'The compressed drawing (SVGZ) is damaged or ends early', {
      cause: error,
    });
  }
  return Buffer.concat(chunks, total);
}

function decode(bytes: Uint8Array, options: { partial?: boolean } = {}): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const declared = /^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/
    .exec(Buffer.from(bytes.subarray(0, 256)).toString('latin1'))?.[1]
    ?.toLowerCase();
  // windows-1252 differs from Latin 1 in 32 punctuation marks only, and Node 20's own decoder of it is wrong.
  if (declared !== undefined && /^(iso-8859-1|latin1|windows-1252|us-ascii)$/.test(declared)) {
    return Buffer.from(bytes).toString('latin1');
  }
  if (options.partial !== true && !isUtf8(bytes)) return undefined;
  const text = new TextDecoder('utf-8').decode(bytes);
  return text.includes('\u0000') ? undefined : text;
}

function tooLarge(): PressroomError {
  return new PressroomError(
    'svg-unsafe',
    `The drawing has more than ${maxSvgBytes / (1024 * 1024)} MiB of text; that is the limit`,
    { facts: { maxBytes: maxSvgBytes } },
  );
}
