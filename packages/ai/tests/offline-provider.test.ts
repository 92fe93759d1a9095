import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PictureRequest, pictureStyles } from '@pressroom/domain';
import sharp from 'sharp';
import { type ClosableProvider, createGenerationProvider, createOfflineProvider } from '../src/index.ts';
import { absorbSpecks } from '../src/offline/absorb-specks.ts';
import { drawing, scenes } from './support/scenes.ts';

let provider: ClosableProvider;
let picture: PictureRequest['picture'];
const signal = new AbortController().signal;

beforeAll(async () => {
  provider = createOfflineProvider({ threads: 2 });
  const house = scenes.find(({ name }) => name.startsWith('a house'));
  if (house === undefined) throw new Error('The scene is missing');
  picture = { bytes: await house.make(), mediaType: 'image/png' };
});
afterAll(() => provider.close());

describe('the offline provider', () => {
  test.each(pictureStyles)('makes the same bytes of the same photo in style %s', async (style) => {
    const [first, second] = await Promise.all([
      provider.generatePicture({ picture, style, signal }),
      provider.generatePicture({ picture, style, signal }),
    ]);
    expect(Buffer.compare(Buffer.from(first.bytes), Buffer.from(second.bytes))).toBe(0);
  });

  test('has no answer to a free prompt', async () => {
    const call = provider.generatePicture({ picture, style: { prompt: 'like a woodcut' }, signal });
    await expect(call).rejects.toMatchObject({ code: 'prompt-needs-provider' });
  });

  test('refuses bytes that are no picture', async () => {
    const bytes = Buffer.from('this is not a picture');
    const call = provider.generatePicture({
      picture: { bytes, mediaType: 'image/png' },
      style: 'poster',
      signal,
    });
    await expect(call).rejects.toMatchObject({ code: 'provider-refused' });
  });

  test('leaves the event loop free while it draws', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await Promise.all(pictureStyles.map((style) => provider.generatePicture({ picture, style, signal })));
    delay.disable();
    expect(delay.percentile(90) / 1e6).toBeLessThan(100);
  });

  test('leaves the caller its bytes', async () => {
    const before = Buffer.from(picture.bytes);
    await provider.generatePicture({ picture, style: 'poster', signal });
    expect(Buffer.compare(Buffer.from(picture.bytes), before)).toBe(0);
  });

  test('a closed provider closes again and lets nothing in', async () => {
    const other = createOfflineProvider();
    await other.generatePicture({ picture, style: 'poster', signal });
    await other.close();
    await other.close();
    await expect(other.generatePicture({ picture, style: 'poster', signal })).rejects.toMatchObject({
      code: 'provider-unavailable',
    });
  });
});

describe('a pencil sketch', () => {
  test('is grey on mostly light paper, with darks in it', async () => {
    const { bytes } = await provider.generatePicture({ picture, style: 'pencil-sketch', signal });
    const data = await sharp(bytes).toColourspace('b-w').raw().toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ channels: 1, bitsPerSample: 4 });
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    expect(mean).toBeGreaterThan(120);
    expect(mean).toBeLessThan(245);
    expect(data.filter((value) => value < 80).length / data.length).toBeGreaterThan(0.005);
    expect(data.filter((value) => value > 230).length / data.length).toBeGreaterThan(0.25);
  });

  test('of two hundred pages is a file that can be sent: half a megabyte a page at most', async () => {
    const { bytes } = await provider.generatePicture({ picture, style: 'pencil-sketch', signal });
    expect(bytes.length).toBeLessThan(512 * 1024);
  });

  test('shades a dark area more than a light one', async () => {
    const photo = await drawing(
      '<rect width="400" height="600" fill="#222"/><rect x="400" width="400" height="600" fill="#eee"/>',
    );
    const { bytes } = await provider.generatePicture({
      picture: { bytes: photo, mediaType: 'image/png' },
      style: 'pencil-sketch',
      signal,
    });
    const half = (left: number) =>
      sharp(bytes)
        .extract({ left, top: 100, width: 800, height: 1_300 })
        .resize(1, 1)
        .toColourspace('b-w')
        .raw()
        .toBuffer();
    const [dark, light] = await Promise.all([half(100), half(1_150)]);
    expect((dark[0] ?? 0) + 60).toBeLessThan(light[0] ?? 0);
  });
});

describe('a poster', () => {
  test('has few colours, and those of the photo', async () => {
    const photo = await drawing(
      '<rect width="800" height="600" fill="#2e6fb0"/><circle cx="400" cy="300" r="200" fill="#c0392b"/>',
    );
    const { bytes } = await provider.generatePicture({
      picture: { bytes: photo, mediaType: 'image/png' },
      style: 'poster',
      signal,
    });
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const colours = new Set<number>();
    for (let index = 0; index < data.length; index += info.channels) colours.add(data.readUIntBE(index, 3));
    expect(colours.size).toBeLessThanOrEqual(180);
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels).subarray(0, 3),
    ];
    const [red = 0, , blueOfRed = 0] = at(info.width / 2, info.height / 2);
    const [redOfBlue = 0, , blue = 0] = at(100, 100);
    expect(red).toBeGreaterThan(blueOfRed + 80);
    expect(blue).toBeGreaterThan(redOfBlue + 80);
  });
});

test('a poster has no crumbs of colour: a fleck of a few pixels takes the colour around it', () => {
  const width = 40;
  const areas = new Uint8Array(width * 30).fill(3);
  for (const pixel of [410, 411, 450, 451]) areas[pixel] = 7;
  areas.fill(5, 0, 10 * width);
  absorbSpecks(areas, width, 6);
  expect(areas.includes(7)).toBe(false);
  expect(areas.filter((area) => area === 5)).toHaveLength(10 * width);
  areas[600] = 7;
  absorbSpecks(areas, width, 1);
  expect(areas[600]).toBe(7);
});

test('the factory takes Gemini when there is a key and else works offline', async () => {
  await using offline = createGenerationProvider({});
  await using online = createGenerationProvider({
    gemini: { apiKey: 'k', pictureModel: 'm', timeout: { baseMs: 1_000, extensionMs: 0, thresholdMs: 900 } },
  });
  expect([offline.name, online.name]).toEqual(['offline', 'gemini']);
  expect(online.pictureModel).toBe('m');
});
