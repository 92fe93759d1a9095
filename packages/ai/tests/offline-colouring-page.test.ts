import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { corpus } from '@pressroom/testing';
import sharp from 'sharp';
import { createOfflineProvider, type LineArtMeasure, measureLineArt } from '../src/index.ts';
import { circleOnGrey, drawing, emptyScenes, scenes } from './support/scenes.ts';

// Through the provider: its threads run at full speed, while Jest's realm makes computing several times slower.
const provider = createOfflineProvider({ threads: 2 });
afterAll(() => provider.close());

async function page(photo: Buffer): Promise<Uint8Array> {
  const picture = { bytes: photo, mediaType: 'image/png' as const };
  const { signal } = new AbortController();
  return (await provider.generatePicture({ picture, style: 'colouring-page', signal })).bytes;
}

/** What makes a page a child can use: enough lines, far from black, no specks, no greys, lines one can see. */
function expectUsable(measure: LineArtMeasure): void {
  expect(measure.coverage).toBeGreaterThan(0.02);
  expect(measure.coverage).toBeLessThan(0.18);
  expect(measure.specklePerMegapixel).toBeLessThan(3);
  expect(measure.greyShare).toBeLessThan(0.06);
  expect(measure.borderNoise).toBeLessThan(0.04);
  expect(measure.lineWidth).toBeGreaterThan(3);
  expect(measure.lineWidth).toBeLessThan(11);
}

describe('a colouring page', () => {
  test.each(scenes)('of $name has clean lines in the usable band', async ({ make }) => {
    const measure = await measureLineArt(await page(await make()));
    expectUsable(measure);
    expect(measure.regions).toBeGreaterThan(2);
  });

  test.each(emptyScenes)('of $name is a clean empty frame, not noise', async ({ make }) => {
    const measure = await measureLineArt(await page(await make()));
    expect(measure.coverage).toBeLessThan(0.025);
    expect(measure.specklePerMegapixel).toBe(0);
    expect(measure.regions).toBe(2);
  });

  test('closes a circle: inside, outside and margin are three areas', async () => {
    const measure = await measureLineArt(await page(await drawing(circleOnGrey)));
    expect(measure.regions).toBe(3);
    // The disc has a radius of 170 in a picture of 800 × 600, so the ground around it holds 0.81 of it.
    expect(measure.largestRegion).toBeGreaterThan(0.72);
    expect(measure.largestRegion).toBeLessThan(0.81);
  });

  test('closes each of four shapes', async () => {
    const measure = await measureLineArt(await page(await (scenes[0] as (typeof scenes)[0]).make()));
    expect(measure.regions).toBe(6);
  });

  test('closes the leaves of a meadow and not only its horizon', async () => {
    const meadow = scenes.find(({ name }) => name === 'a meadow');
    if (meadow === undefined) throw new Error('The scene is missing');
    expect((await measureLineArt(await page(await meadow.make()))).regions).toBeGreaterThan(30);
  });

  test.each([
    ['a scanned edge', '<rect x="792" width="8" height="600" fill="#101010"/>'],
    [
      'a pale frame',
      '<rect x="4" y="4" width="792" height="592" fill="none" stroke="#f4f0e0" stroke-width="8"/>',
    ],
  ])('draws no second line along the frame for %s, and still closes what reaches it', async (_, edge) => {
    const hill =
      '<rect width="800" height="600" fill="#b9d3e8"/><path d="M 0 500 L 400 250 L 800 480 V 600 H 0 Z" fill="#5f7f4a"/>';
    const measure = await measureLineArt(await page(await drawing(`${hill}${edge}`)));
    expect(measure.borderNoise).toBe(0);
    // Margin, sky and hill.
    expect(measure.regions).toBe(3);
  });

  test('draws an edge between two colours of the same lightness', async () => {
    const photo = await drawing(
      '<rect width="800" height="600" fill="#779a5a"/><circle cx="400" cy="300" r="170" fill="#c97f6e"/>',
    );
    expect((await measureLineArt(await page(photo))).regions).toBe(3);
  });

  test('has a white margin and sixteen greys at most', async () => {
    const png = await page(await drawing(circleOnGrey));
    expect(await sharp(png).metadata()).toMatchObject({ channels: 1, bitsPerSample: 4 });
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect(new Set(data).size).toBeLessThanOrEqual(16);
    for (let y = 0; y < info.height; y += 1) {
      expect(data[y * info.width]).toBe(255);
      expect(data[y * info.width + 10]).toBe(255);
    }
  });

  test('prints a thumbnail with lines as smooth as a large photo: the size is the same', async () => {
    const photo = await sharp(await drawing(circleOnGrey))
      .resize(100)
      .png()
      .toBuffer();
    const measure = await measureLineArt(await page(photo));
    expect(measure).toMatchObject({ width: 2_048, regions: 3 });
  });

  test.each([
    [1, 1],
    [2, 1],
    [2_000, 3],
    [3, 2_000],
    [7, 5],
  ])('survives a picture of %i × %i pixels', async (width, height) => {
    const photo = await sharp({ create: { width, height, channels: 3, background: '#405060' } })
      .png()
      .toBuffer();
    const measure = await measureLineArt(await page(photo));
    expect(Math.max(measure.width, measure.height)).toBe(2_048);
    expect(measure.coverage).toBeLessThan(0.15);
  });
});

/** A spread of the real photos: the whole folder takes minutes. */
const photos = (corpus()?.files ?? [])
  .filter(({ name, expectation }) => name.startsWith('photos/') && expectation.verdict === 'accept')
  .filter((_, index) => index % 3 === 0)
  .map(({ name, path }) => ({ name, path }));

(photos.length === 0 ? describe.skip : describe)('a colouring page of a real photo', () => {
  test.each(photos)('$name has clean lines in the usable band', async ({ name, path }) => {
    const photo = await sharp(await readFile(path))
      .autoOrient()
      .resize({ width: 1_024, height: 1_024, fit: 'inside', withoutEnlargement: true })
      .png()
      .toBuffer();
    const measure = await measureLineArt(await page(photo));
    expect(measure.specklePerMegapixel).toBeLessThan(3);
    if (blankPhotos.has(name)) expect(measure.coverage).toBeLessThan(0.025);
    else expectUsable(measure);
  });
});

/** A grey card and a plain gradient: there is nothing to draw. */
const blankPhotos = new Set(['photos/exif__67-0_length_string.jpg', 'photos/sharp__flowers.jpeg']);

describe('the judge', () => {
  test('counts specks, areas and ink of a page that is known', async () => {
    const specks = [100, 200, 300].map((x) => `<circle cx="${x}" cy="60" r="3"/>`).join('');
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000"><rect width="1000" height="1000" fill="#fff"/>
      <rect x="300" y="300" width="400" height="400" fill="none" stroke="#000" stroke-width="10"/>${specks}</svg>`;
    const measure = await measureLineArt(await sharp(Buffer.from(svg)).png().toBuffer());
    expect(measure.specklePerMegapixel).toBe(3);
    expect(measure.regions).toBe(2);
    expect(measure.coverage).toBeCloseTo(0.016, 3);
    expect(measure.lineWidth).toBeGreaterThan(9);
    expect(measure.lineWidth).toBeLessThan(11);
  });

  test('tells lines beside the frame from lines that reach it', async () => {
    const framed = async (lines: string): Promise<number> => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000"><rect width="1000" height="1000" fill="#fff"/>
        <g fill="none" stroke="#000" stroke-width="4"><rect x="10" y="10" width="980" height="980"/>${lines}</g></svg>`;
      return (await measureLineArt(await sharp(Buffer.from(svg)).png().toBuffer())).borderNoise;
    };
    expect(await framed('')).toBe(0);
    expect(await framed('<path d="M 300 300 L 10 500 M 500 990 L 520 400 M 700 10 L 990 300"/>')).toBe(0);
    expect(await framed('<path d="M 20 100 V 500"/>')).toBeCloseTo(0.1, 2);
    expect(await framed('<path d="M 20 100 V 500 M 100 982 H 900"/>')).toBeCloseTo(0.3, 2);
  });

  test('finds a nearly black page and a page of noise unusable', async () => {
    const black = await sharp({ create: { width: 500, height: 500, channels: 3, background: '#101010' } })
      .png()
      .toBuffer();
    expect((await measureLineArt(black)).coverage).toBeGreaterThan(0.9);
    const noise = await (emptyScenes[2] as (typeof emptyScenes)[0]).make();
    expect((await measureLineArt(noise)).greyShare).toBeGreaterThan(0.5);
  });
});
