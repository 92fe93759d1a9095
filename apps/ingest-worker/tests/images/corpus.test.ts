import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isPressroomError } from '@pressroom/domain';
import { corpus } from '@pressroom/testing';
import sharp from 'sharp';
import { hexColour, ingestHarness, largestDifference, quartersOf } from './ingest-harness.ts';

const files = corpus()?.files.filter((file) => /^(photos|images-hard|images-bad)\//.test(file.name)) ?? [];
const refusals: Readonly<Record<string, readonly string[]>> = {
  accept: [],
  reject: ['image-corrupt', 'unsupported-type'],
  limit: ['image-too-many-pixels'],
  unsupported: ['unsupported-type'],
  either: ['image-corrupt', 'unsupported-type', 'svg-unsafe'],
};

(files.length === 0 ? describe.skip : describe)('real pictures', () => {
  let harness: Awaited<ReturnType<typeof ingestHarness>>;
  beforeAll(async () => {
    harness = await ingestHarness();
  });
  afterAll(() => harness.close());

  test.each(files.map((file) => [file.name, file.expectation.verdict, file] as const))(
    '%s ends as %s',
    async (_name, verdict, file) => {
      const bytes = await readFile(file.path);
      const outcome = await harness.ingest(bytes).catch((error: unknown) => {
        if (!isPressroomError(error)) throw error;
        return error;
      });
      if (isPressroomError(outcome)) {
        expect(refusals[verdict]).toContain(outcome.code);
        expect(outcome.message).toMatch(/^Photo 1: .{20,}/);
        return;
      }
      expect(['accept', 'either']).toContain(verdict);
      await expectNormalised(outcome.normalised);
      const facts = file.expectation;
      const metadata = await sharp(outcome.normalised).metadata();
      const [width, height] = (facts['display'] ?? facts['im_size']) as [number, number];
      expect(metadata.width / metadata.height).toBeCloseTo(width / height, 1);
      if (facts['format'] !== 'svg' && facts['format'] !== 'svgz') {
        const scale = Math.min(1, 2_048 / Math.max(width, height));
        expect(Math.abs(metadata.width - width * scale)).toBeLessThanOrEqual(1);
        expect(Math.abs(metadata.height - height * scale)).toBeLessThanOrEqual(1);
      }
      if (facts['quad'] !== undefined) {
        const expected = (facts['quad'] as string[]).map(hexColour);
        const tolerance = facts['quad_tol'] as number;
        expect(largestDifference(await quartersOf(outcome.normalised), expected)).toBeLessThanOrEqual(
          tolerance,
        );
        expect(largestDifference(await quartersOf(outcome.thumbnail), expected)).toBeLessThanOrEqual(
          tolerance,
        );
      }
    },
  );

  test.each(['photos/exif__iphone_13_pro_max.HEIC', 'photos/exif__HMD_Nokia_8.3_5G_hdr.heif'])(
    '%s is decoded, not refused',
    async (name) => {
      const file = files.find((candidate) => candidate.name === name);
      const run = await harness.ingest(await readFile(file?.path ?? ''));
      expect(run.result.output.source.format).toBe('heic');
      const [width = 0, height = 0] = (file?.expectation['display'] ?? []) as number[];
      expect(run.result.output.normalised.width > run.result.output.normalised.height).toBe(width > height);
    },
  );

  test('CMYK inks print as the colours they are', async () => {
    const file = files.find((candidate) => candidate.name === 'images-hard/sharp__fogra-0-100-100-0.tif');
    const run = await harness.ingest(await readFile(file?.path ?? ''));
    // Full magenta and yellow on coated paper is a strong red: sRGB 226, 0, 26.
    const [red = 0, green = 255, blue = 255] = (await quartersOf(run.normalised))[0] ?? [];
    expect(red).toBeGreaterThan(200);
    expect(green).toBeLessThan(60);
    expect(blue).toBeLessThan(70);
  });
});

/** What every later step may rely on, whatever came in. */
async function expectNormalised(picture: Buffer): Promise<void> {
  const metadata = await sharp(picture).metadata();
  expect(metadata).toMatchObject({ format: 'jpeg', space: 'srgb', depth: 'uchar', channels: 3 });
  expect(Math.max(metadata.width, metadata.height)).toBeLessThanOrEqual(2_048);
  for (const kept of ['exif', 'icc', 'iptc', 'xmp', 'orientation'] as const) {
    expect([kept, metadata[kept]]).toEqual([kept, undefined]);
  }
  expect(picture.includes('Exif\u0000')).toBe(false);
}
