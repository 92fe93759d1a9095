import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StageTiming } from '@pressroom/domain';
import sharp from 'sharp';
import { ingestHarness, rejectionOf } from './ingest-harness.ts';
import { crc32 } from './png-checksum.ts';
import { noise, quarters } from './test-pictures.ts';

let harness: Awaited<ReturnType<typeof ingestHarness>>;
beforeAll(async () => {
  harness = await ingestHarness();
});
afterAll(() => harness.close());

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
  'a %s that is cut off is refused as damaged',
  async (format) => {
    const whole = await noise(400, 300).toFormat(format).toBuffer();
    for (const part of [0.3, 0.6, 0.9]) {
      const error = await rejectionOf(harness.ingest(whole.subarray(0, Math.floor(whole.length * part))));
      expect([part, error.code]).toEqual([part, 'image-corrupt']);
    }
  },
);

// Told from the file, since libvips mixes up its messages between pictures that fail at the same time.
test('pictures that are cut off are called so, also when many of them fail at the same time', async () => {
  const formats = ['jpeg', 'png'] as const;
  const files = await Promise.all(formats.map((format) => noise(400, 300).toFormat(format).toBuffer()));
  const errors = await Promise.all(
    Array.from({ length: 24 }, (_, index) => {
      const whole = files[index % files.length] ?? Buffer.alloc(0);
      return rejectionOf(harness.ingest(whole.subarray(0, Math.floor(whole.length * 0.6))));
    }),
  );
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'image-corrupt', message: expect.stringContaining('cut off') });
  }
});

test('a HEIC container without picture data is refused as damaged', async () => {
  const box = (type: string, content: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + content.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, content]);
  };
  const bytes = Buffer.concat([
    box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1')),
    box('meta', Buffer.alloc(4)),
    box('mdat', Buffer.alloc(64)),
  ]);
  expect((await rejectionOf(harness.ingest(bytes))).code).toBe('image-corrupt');
});

test('too many pixels are refused before anything is decoded, and the message names both figures', async () => {
  const stages: StageTiming[] = [];
  const picture = await (await quarters(400, 300)).png().toBuffer();
  const error = await rejectionOf(
    harness.ingest(picture, {
      limits: { maxPixels: 100_000 },
      beforeSave: (_record, timing) => stages.push(timing),
    }),
  );
  expect(error).toMatchObject({
    code: 'image-too-many-pixels',
    message: 'Photo 1: The picture is 400×300 = 0.12 megapixels; the limit is 0.1 megapixels',
  });
  expect(stages.map(({ stage, errorCode }) => [stage, errorCode])).toEqual([
    ['fetch', undefined],
    ['inspect', undefined],
    ['validate', 'image-too-many-pixels'],
  ]);
  expect(stages.at(-1)?.durationMs).toBeGreaterThanOrEqual(0);
});

test('a tiny file that declares a giant picture is refused', async () => {
  const png = await (await quarters(8, 8)).png().toBuffer();
  // Width and height of the header, and its checksum.
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  const error = await rejectionOf(harness.ingest(png));
  expect(error.code).toBe('image-too-many-pixels');
  expect(error.message).toContain('60000×60000 = 3600 megapixels; the limit is 100 megapixels');
});

test('deep pixels count for what they take in memory', async () => {
  const deep = await (await quarters(300, 200))
    .toColourspace('scrgb')
    .tiff({ compression: 'none' })
    .toBuffer();
  expect(await sharp(deep).metadata()).toMatchObject({ depth: 'float', channels: 4 });
  const error = await rejectionOf(harness.ingest(deep, { limits: { maxPixels: 60_000 } }));
  expect(error).toMatchObject({
    code: 'image-too-many-pixels',
    message:
      'Photo 1: The picture is 0.06 megapixels of 16 bytes each; the limit at that depth is 0.03 megapixels',
  });
});

test('too many frames are refused', async () => {
  const frames = await Promise.all(
    ['#111111', '#555555', '#999999'].map((background) =>
      sharp({ create: { width: 10, height: 10, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const gif = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const error = await rejectionOf(harness.ingest(gif, { limits: { maxFrames: 2 } }));
  expect(error).toMatchObject({
    code: 'image-too-many-frames',
    message: 'Photo 1: The picture has 3 frames; the limit is 2',
  });
});

test('too many bytes are refused without reading them', async () => {
  const assetId = await harness.upload(await noise(100, 100).png().toBuffer());
  const upload = harness.uploads.get(assetId);
  if (upload !== undefined) await harness.store.delete(upload.storageKey);
  const error = await rejectionOf(harness.run(assetId, { limits: { maxBytes: 1_000 } }));
  expect(error.code).toBe('asset-too-large');
});

test.each([
  ['BMP', Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]), 'Windows bitmap (BMP)'],
  ['ICO', Buffer.concat([Buffer.from([0, 0, 1, 0, 1, 0, 16, 16]), Buffer.alloc(100)]), 'icon file (ICO)'],
  [
    'PSD',
    Buffer.concat([Buffer.from('8BPS\0\x01', 'latin1'), Buffer.alloc(100)]),
    'Photoshop document (PSD)',
  ],
  ['JXL', Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.alloc(100)]), 'JPEG XL'],
  ['PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj'), 'PDF document'],
  ['text', Buffer.from('only words'), 'text file'],
  ['garbage', Buffer.from([1, 2, 3, 250, 251, 252]), 'unknown type'],
] as const)('%s is refused by name', async (_name, bytes, description) => {
  const error = await rejectionOf(harness.ingest(bytes));
  expect(error.code).toBe('unsupported-type');
  expect(error.message).toContain(description);
});

test('an empty file is refused as empty', async () => {
  expect((await rejectionOf(harness.ingest(new Uint8Array()))).code).toBe('asset-empty');
});

test('bytes that are not the uploaded ones are refused', async () => {
  const picture = await (await quarters(30, 20)).png().toBuffer();
  for (const change of [
    (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0])]),
    (bytes: Buffer) => bytes.subarray(0, -1),
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([7])]),
  ]) {
    const assetId = await harness.upload(picture);
    const key = harness.uploads.get(assetId)?.storageKey ?? '';
    await harness.store.delete(key);
    await harness.store.put(key, change(picture));
    expect((await rejectionOf(harness.run(assetId))).code).toBe('asset-altered');
  }
});

test('a stored file that is gone, and an asset of another account, are missing', async () => {
  const assetId = await harness.upload(await noise(20, 20).png().toBuffer());
  await harness.store.delete(harness.uploads.get(assetId)?.storageKey ?? '');
  expect((await rejectionOf(harness.run(assetId))).code).toBe('asset-missing');
  expect((await rejectionOf(harness.run('asset_of_nobody'))).code).toBe('asset-missing');
});
