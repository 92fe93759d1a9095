import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { checkImageLimits, defaultImageLimits, inspectImage, sniffMediaType } from '../src/index.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="2in" height="48pt"/>';

async function picture(): Promise<Buffer> {
  return sharp({ create: { width: 30, height: 20, channels: 3, background: '#204060' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

test.each([
  ['an SVG', Buffer.from(svg), 'image/svg+xml', 'image'],
  ['an SVG behind a comment', Buffer.from(`<!-- ${'x'.repeat(9_000)} -->\n${svg}`), 'image/svg+xml', 'image'],
  ['an SVGZ', gzipSync(svg), 'image/svg+xml', 'image'],
  ['a gzip of text', gzipSync('only words'), 'application/gzip', 'unknown'],
  ['a page with a drawing in it', Buffer.from(`<!doctype html><html><body>${svg}`), 'text/html', 'document'],
  ['a text about <svg>', Buffer.from('The <svg> element'), 'text/plain', 'document'],
  ['a PDF', Buffer.from('%PDF-1.7\n'), 'application/pdf', 'document'],
  [
    'a TIFF whose directory is far away',
    Buffer.from([0x49, 0x49, 0x2a, 0, 0, 0, 0, 9]),
    'image/tiff',
    'image',
  ],
  ['bytes', Buffer.from([0, 1, 2, 255]), 'application/octet-stream', 'unknown'],
  ['nothing', Buffer.alloc(0), 'application/octet-stream', 'unknown'],
] as const)('%s is told by its content', async (_name, bytes, mediaType, family) => {
  expect(await sniffMediaType(bytes)).toMatchObject({ mediaType, family });
});

test('a WebP that holds the text of a drawing is a WebP', async () => {
  const webp = await sharp(await picture())
    .webp()
    .toBuffer();
  const chunk = Buffer.from(`${svg}${svg.length % 2 ? ' ' : ''}`);
  const head = Buffer.alloc(8);
  head.write('XXXX', 'latin1');
  head.writeUInt32LE(chunk.length, 4);
  const mixed = Buffer.concat([webp.subarray(0, 12), head, chunk, webp.subarray(12)]);
  mixed.writeUInt32LE(mixed.length - 8, 4);
  expect((await sniffMediaType(mixed)).mediaType).toBe('image/webp');
});

test('a header is read alike from memory, a stream and a file', async () => {
  const bytes = await picture();
  const folder = await mkdtemp(join(tmpdir(), 'pressroom-images-'));
  const path = join(folder, 'misnamed.pdf');
  await writeFile(path, bytes);
  async function* stream() {
    yield bytes.subarray(0, 10);
    yield bytes.subarray(10);
  }
  const expected = {
    format: 'jpeg',
    mediaType: 'image/jpeg',
    bytes: bytes.length,
    storedWidth: 30,
    storedHeight: 20,
    width: 20,
    height: 30,
    orientation: 6,
    frames: 1,
    channels: 3,
    bitDepth: 8,
    hasAlpha: false,
  };
  for (const source of [bytes, stream(), path]) {
    expect(await inspectImage(source, defaultImageLimits)).toMatchObject(expected);
  }
  await rm(folder, { recursive: true });
});

test('a damaged file on disk is refused as damaged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pressroom-images-'));
  const path = join(folder, 'a.jpg');
  await writeFile(path, (await picture()).subarray(0, 30));
  await expect(inspectImage(path, defaultImageLimits)).rejects.toMatchObject({ code: 'image-corrupt' });
  await rm(folder, { recursive: true });
});

test('a drawing has the size that it gives itself, in CSS pixels', async () => {
  expect(await inspectImage(Buffer.from(svg), defaultImageLimits)).toMatchObject({ width: 192, height: 64 });
});

test('a stream that does not end is cut at the limit', async () => {
  let sent = 0;
  async function* endless() {
    for (;;) {
      sent += 1_000;
      yield Buffer.alloc(1_000, 1);
    }
  }
  await expect(inspectImage(endless(), { maxBytes: 10_000 })).rejects.toMatchObject({
    code: 'asset-too-large',
  });
  expect(sent).toBe(11_000);
});

test('limits are compared with what the header says', async () => {
  const facts = await inspectImage(await picture(), defaultImageLimits);
  expect(() => checkImageLimits(facts, defaultImageLimits)).not.toThrow();
  const refusal = (change: object) => {
    try {
      checkImageLimits({ ...facts, ...change }, defaultImageLimits);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return undefined;
  };
  expect(refusal({ storedWidth: 65_536, storedHeight: 65_536 })).toBe('image-too-many-pixels');
  expect(refusal({ storedWidth: 10_000, storedHeight: 10_000 })).toBeUndefined();
  expect(refusal({ storedWidth: 10_000, storedHeight: 10_000, channels: 4, bitDepth: 32 })).toBe(
    'image-too-many-pixels',
  );
  expect(refusal({ frames: 1_001 })).toBe('image-too-many-frames');
  expect(refusal({ bytes: 65 * 1024 * 1024 })).toBe('asset-too-large');
});
