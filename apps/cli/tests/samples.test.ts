import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { temporaryFolder } from '@pressroom/testing';
import sharp from 'sharp';
import { drawSamplePhotos } from '../src/samples/draw-sample-photos.ts';

// Drawing and decoding megapixels takes as long as the machine's other work lets it.
jest.setTimeout(60_000);

const folder = await temporaryFolder();
const photos = await drawSamplePhotos(join(folder.path, 'new', 'samples'));

test('eight photos come with different scenes, captions and a mix of formats', () => {
  expect(photos).toHaveLength(8);
  expect(new Set(photos.map(({ title }) => title)).size).toBe(8);
  expect(new Set(photos.map(({ format }) => format))).toEqual(
    new Set(['jpeg', 'png', 'webp', 'tiff', 'avif']),
  );
  for (const { title } of photos) expect(title.split(' ').length).toBeLessThanOrEqual(7);
});

test('every photo decodes to the stated upright size, its pixels stored as its orientation says', async () => {
  for (const { path, format, width, height, orientation } of photos) {
    const metadata = await sharp(path).metadata();
    const stored = orientation >= 5 ? { width: height, height: width } : { width, height };
    expect(metadata).toMatchObject({ format: format === 'avif' ? 'heif' : format, ...stored });
    expect(metadata.orientation ?? 1).toBe(orientation);
    expect(metadata.autoOrient).toMatchObject({ width, height });
    const { info } = await sharp(path).autoOrient().raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width, height });
  }
  expect(photos.map(({ orientation }) => orientation)).toEqual([6, 8, 1, 1, 3, 1, 1, 1]);
});

test('the orientation turns the pixels upright: the sky is above the water in the photos stored turned', async () => {
  for (const name of ['01-lighthouse.jpg', '05-mountain-lake.jpg']) {
    const path = pathOf(name);
    const { width, height } = await sharp(path)
      .metadata()
      .then(({ autoOrient }) => autoOrient);
    const upright = await sharp(path).autoOrient().raw().toBuffer();
    expect(brightness(upright, width, 0.05, 0.2, height)).toBeGreaterThan(
      brightness(upright, width, 0.7, 0.85, height) + 30,
    );
  }
});

test('cameras are named in EXIF, and one photo tells its place', async () => {
  const exif = await Promise.all(
    photos.map(async ({ path }) => (await sharp(path).metadata()).exif?.toString('latin1') ?? ''),
  );
  expect(exif.map((text) => text.includes('Pressroom\0'))).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(exif.map(hasPlace)).toEqual([true, ...Array.from({ length: 7 }, () => false)]);
});

test('the same seed gives the same bytes, another seed other ones', async () => {
  const same = await drawSamplePhotos(join(folder.path, 'same'), { count: 1 });
  const other = await drawSamplePhotos(join(folder.path, 'other'), { count: 1, seed: 2 });
  for (const [index, photo] of same.entries()) {
    const first = await readFile(photos[index]?.path ?? '');
    expect(first.equals(await readFile(photo.path))).toBe(true);
    expect(first.equals(await readFile(other[index]?.path ?? ''))).toBe(false);
  }
});

test('no two scenes look alike', async () => {
  const thumbnails = await Promise.all(
    photos.map(({ path }) =>
      sharp(path).autoOrient().resize(24, 24, { fit: 'fill' }).removeAlpha().raw().toBuffer(),
    ),
  );
  for (const [index, one] of thumbnails.entries()) {
    for (const another of thumbnails.slice(index + 1)) {
      const difference = one.reduce((sum, value, at) => sum + Math.abs(value - (another[at] ?? 0)), 0);
      expect(difference / one.length).toBeGreaterThan(20);
    }
  }
});

test.each([0, -1, 1.5, 201])('a count of %p is refused', async (count) => {
  await expect(drawSamplePhotos(folder.path, { count })).rejects.toMatchObject({ code: 'invalid-request' });
});

test('a folder that cannot be made is reported as storage', async () => {
  const file = pathOf('01-lighthouse.jpg');
  await expect(drawSamplePhotos(join(file, 'inside'), { count: 1 })).rejects.toMatchObject({
    code: 'storage-unavailable',
  });
});

function pathOf(name: string): string {
  const found = photos.find(({ path }) => basename(path) === name);
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found.path;
}

/** EXIF's pointer to the GPS directory is tag 0x8825, a long, once. */
function hasPlace(exif: string): boolean {
  return (
    exif.includes('\x25\x88\x04\x00\x01\x00\x00\x00') || exif.includes('\x88\x25\x00\x04\x00\x00\x00\x01')
  );
}

/** Mean level of the rows between two parts of the height. */
function brightness(pixels: Buffer, width: number, from: number, to: number, height: number): number {
  const rows = pixels.subarray(Math.floor(from * height) * width * 3, Math.floor(to * height) * width * 3);
  return rows.reduce((sum, value) => sum + value, 0) / rows.length;
}
