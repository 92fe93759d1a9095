import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { hexColour, ingestHarness, largestDifference, quartersOf } from './ingest-harness.ts';
import { noise, quarterColours, quarters, storedWithOrientation } from './test-pictures.ts';

let harness: Awaited<ReturnType<typeof ingestHarness>>;
beforeAll(async () => {
  harness = await ingestHarness();
});
afterAll(() => harness.close());

const colours = quarterColours.map(hexColour);

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a picture stored with orientation %i stands upright',
  async (orientation) => {
    const stored = await storedWithOrientation(orientation);
    const run = await harness.ingest(stored);
    expect(run.result.output.normalised).toMatchObject({ width: 160, height: 100 });
    expect(largestDifference(await quartersOf(run.normalised), colours)).toBeLessThan(8);
    expect(largestDifference(await quartersOf(run.thumbnail), colours)).toBeLessThan(8);
    const { width, height } = await sharp(stored).metadata();
    expect(run.result.output.source).toMatchObject({ format: 'jpeg', width, height });
  },
);

test('location, camera and comments do not survive', async () => {
  const photo = await (await quarters(64, 64))
    .withExif({
      IFD0: { Make: 'SecretCamera', Copyright: 'SecretPerson' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
    })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><SecretNote/></x:xmpmeta>')
    .jpeg()
    .toBuffer();
  expect(photo.includes('SecretCamera') && photo.includes('SecretNote')).toBe(true);
  const run = await harness.ingest(photo);
  for (const picture of [run.normalised, run.thumbnail]) {
    expect(picture.includes('Secret')).toBe(false);
    const metadata = await sharp(picture).metadata();
    expect([metadata.exif, metadata.xmp, metadata.icc]).toEqual([undefined, undefined, undefined]);
  }
});

test.each([
  ['CMYK', async () => (await quarters(120, 80)).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(), 60],
  ['Display P3', async () => (await quarters(120, 80)).withIccProfile('p3').png().toBuffer(), 8],
  ['16-bit', async () => (await quarters(120, 80)).toColourspace('rgb16').png().toBuffer(), 8],
  ['Lab', async () => (await quarters(120, 80)).toColourspace('lab').tiff().toBuffer(), 8],
] as const)('%s becomes 8-bit sRGB of the same colours', async (_name, make, tolerance) => {
  const run = await harness.ingest(await make());
  expect(await sharp(run.normalised).metadata()).toMatchObject({
    space: 'srgb',
    depth: 'uchar',
    channels: 3,
  });
  expect(largestDifference(await quartersOf(run.normalised), colours)).toBeLessThan(tolerance);
});

test('grey becomes three channels', async () => {
  const run = await harness.ingest(await (await quarters(40, 40)).greyscale().png().toBuffer());
  expect(await sharp(run.normalised).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
});

test('what is transparent becomes white', async () => {
  const clear = { r: 255, g: 0, b: 0, alpha: 0 };
  const half = { r: 0, g: 0, b: 0, alpha: 0.5 };
  const [transparent, veiled] = await Promise.all(
    [clear, half].map((background) =>
      sharp({ create: { width: 20, height: 20, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
  const [white] = await quartersOf((await harness.ingest(transparent ?? Buffer.alloc(0))).normalised);
  expect(Math.min(...(white ?? []))).toBeGreaterThan(252);
  const [grey] = await quartersOf((await harness.ingest(veiled ?? Buffer.alloc(0))).normalised);
  expect(Math.abs((grey?.[0] ?? 0) - 127)).toBeLessThan(4);
});

test.each(['gif', 'webp'] as const)('an animated %s gives its first frame', async (format) => {
  const frames = await Promise.all(
    ['#e03020', '#20b040', '#2050d0'].map((background) =>
      sharp({ create: { width: 30, height: 20, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const animation = await sharp(frames, { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
  const run = await harness.ingest(animation);
  expect(run.result.output.source).toMatchObject({ format, frames: 3 });
  expect(run.result.output.normalised).toMatchObject({ width: 30, height: 20 });
  const first = Array.from({ length: 4 }, () => hexColour('e03020'));
  expect(largestDifference(await quartersOf(run.normalised), first)).toBeLessThan(10);
});

test('a large picture is brought to 2,048 pixels, a small one is left as it is', async () => {
  const large = await harness.ingest(await (await quarters(3_000, 1_500)).jpeg().toBuffer());
  expect(large.result.output.normalised).toMatchObject({ width: 2_048, height: 1_024 });
  expect(large.result.output.thumbnail).toMatchObject({ width: 320, height: 160 });
  const small = await harness.ingest(await (await quarters(50, 40)).jpeg().toBuffer());
  expect(small.result.output.normalised).toMatchObject({ width: 50, height: 40 });
  expect(small.result.output.thumbnail).toMatchObject({ width: 50, height: 40 });
});

test('a very long picture keeps at least one pixel of its short edge', async () => {
  const run = await harness.ingest(await noise(10_000, 2).png().toBuffer());
  expect(run.result.output.normalised).toMatchObject({ width: 2_048, height: 1 });
});

test.each(['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const)(
  '%s is taken, whatever it is called',
  async (format) => {
    const bytes = await (await quarters(96, 64)).toFormat(format).toBuffer();
    const run = await harness.run(await harness.upload(bytes, 'application/pdf'));
    expect(run.result.output.source.format).toBe(format);
    expect(largestDifference(await quartersOf(run.normalised), colours)).toBeLessThan(24);
  },
);

test('the assets of the result are the stored blobs', async () => {
  const run = await harness.ingest(await (await quarters(64, 48)).png().toBuffer());
  expect(run.result.assets.map((asset) => asset.role)).toEqual(['normalised', 'thumbnail']);
  for (const asset of run.result.assets) {
    expect(await harness.store.stat(asset.storageKey)).toEqual({ bytes: asset.bytes });
    expect(asset.storageKey).toBe(`accounts/acct_a/${asset.sha256.slice(0, 2)}/${asset.sha256}`);
    expect(asset.mediaType).toBe('image/jpeg');
  }
  expect(run.result.output.normalised.assetId).toBe(run.result.assets[0]?.assetId);
});

test('the same picture gives the same bytes', async () => {
  const bytes = await storedWithOrientation(6);
  const [one, other] = [await harness.ingest(bytes), await harness.ingest(bytes)];
  expect(one.result.output.normalised.sha256).toBe(other.result.output.normalised.sha256);
});
