import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { corpus } from '@pressroom/testing';
import sharp from 'sharp';
import { createHeicDecoder } from '../../src/index.ts';
import { layOutTiff } from '../../src/services/images/heic/uncompressed-tiff.ts';
import { rejectionOf } from './ingest-harness.ts';

const photo = corpus()?.file('photos/exif__iphone_13_pro_max.HEIC').path;
const testOnRealPhoto = photo === undefined ? test.skip : test;

async function ownMemory(): Promise<Buffer<ArrayBuffer>> {
  const bytes = await readFile(photo ?? '');
  const own = Buffer.from(new ArrayBuffer(bytes.length));
  own.set(bytes);
  return own;
}

const options = () => ({
  iccProfile: undefined,
  maxPixels: 100_000_000,
  signal: new AbortController().signal,
});

test.each([3, 4] as const)(
  'a laid-out TIFF of %i channels is read back as it was written',
  async (channels) => {
    const [width, height] = [5, 130];
    const iccProfile = (
      await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
        .withIccProfile('p3')
        .png()
        .toBuffer()
        .then((png) => sharp(png).metadata())
    ).icc;
    const { file, pixelsAt } = layOutTiff({ width, height, channels, premultiplied: false, iccProfile });
    for (let at = 0; at < width * height * channels; at += 1) file[pixelsAt + at] = at % 251;
    const metadata = await sharp(file).metadata();
    expect(metadata).toMatchObject({ format: 'tiff', width, height, channels, hasProfile: true });
    expect(metadata.icc?.equals(iccProfile ?? Buffer.alloc(0))).toBe(true);
    const plain = layOutTiff({ width, height, channels, premultiplied: false, iccProfile: undefined });
    plain.file.set(file.subarray(pixelsAt), plain.pixelsAt);
    expect([...(await sharp(plain.file).raw().toBuffer())]).toEqual([...file.subarray(pixelsAt)]);
  },
);

test('what is no HEIC fails as damaged and leaves the decoder usable', async () => {
  const decoder = createHeicDecoder();
  for (let round = 0; round < 2; round += 1) {
    const error = await rejectionOf(decoder.decode(Buffer.from(new ArrayBuffer(64)), options()));
    expect(error.code).toBe('image-corrupt');
  }
  await decoder.close();
});

testOnRealPhoto('an abort ends the decoding thread, and the next picture gets another', async () => {
  const decoder = createHeicDecoder();
  const controller = new AbortController();
  const decoding = decoder.decode(await ownMemory(), { ...options(), signal: controller.signal });
  controller.abort(new Error('stopped by hand'));
  await expect(decoding).rejects.toThrow('stopped by hand');
  const tiff = await decoder.decode(await ownMemory(), options());
  expect(await sharp(tiff).metadata()).toMatchObject({ width: 3_024, height: 4_032 });
  await decoder.close();
});

testOnRealPhoto('a decode above its memory ceiling or its time is refused', async () => {
  const small = createHeicDecoder({ maxMemoryBytes: 40 * 1024 * 1024 });
  expect((await rejectionOf(small.decode(await ownMemory(), options()))).code).toBe('image-too-complex');
  await small.close();
  const hasty = createHeicDecoder({ timeoutSeconds: 0.05 });
  expect((await rejectionOf(hasty.decode(await ownMemory(), options()))).code).toBe('image-too-complex');
  await hasty.close();
});
