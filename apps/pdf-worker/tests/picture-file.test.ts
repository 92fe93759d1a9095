import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { openPicture } from '../src/services/picture-book/picture-file.ts';
import { readPngLayout } from '../src/services/picture-book/png-layout.ts';
import { drawSample, type SampleForm } from './sample-pictures.ts';
import { inTemporaryFolder } from './test-book.ts';

const form = (name: SampleForm) => ({ width: 300, height: 200, form: name, seed: 3 });

test('plain PNG and JPEG are carried as they are; every other form is made plain', async () => {
  await inTemporaryFolder(async (folder) => {
    const forms = ['line-art', 'line-art-1-bit', 'poster-png', 'poster-jpeg', 'rgba-png', 'webp'] as const;
    const carried = [];
    for (const name of forms) {
      const path = join(folder, name);
      await writeFile(path, await drawSample(form(name)));
      const { picture } = await openPicture(path, name, 100);
      carried.push([name, picture.path === path, picture.encoding.filter, picture.encoding.components]);
    }
    expect(carried).toEqual([
      ['line-art', true, 'FlateDecode', 1],
      ['line-art-1-bit', true, 'FlateDecode', 3],
      ['poster-png', true, 'FlateDecode', 3],
      ['poster-jpeg', true, 'DCTDecode', 3],
      ['rgba-png', false, 'DCTDecode', 3],
      ['webp', false, 'DCTDecode', 3],
    ]);
  });
});

test('a CMYK photo, a rotated photo and 16-bit grey become what a page can show', async () => {
  await inTemporaryFolder(async (folder) => {
    const drawn = sharp(await drawSample(form('poster-jpeg')));
    const cases = {
      cmyk: await drawn.clone().toColourspace('cmyk').jpeg().toBuffer(),
      rotated: await drawn.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      deep: await drawn.clone().toColourspace('grey16').png().toBuffer(),
    };
    const opened: Record<string, unknown> = {};
    for (const [name, bytes] of Object.entries(cases)) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      const { picture } = await openPicture(path, name, 100);
      opened[name] = [picture.width, picture.height, picture.encoding.components];
      if (picture.encoding.filter === 'FlateDecode') expect(picture.encoding.bits).toBeLessThanOrEqual(8);
    }
    expect(opened).toEqual({ cmyk: [300, 200, 3], rotated: [200, 300, 3], deep: [300, 200, 1] });
  });
});

test('a picture that cannot be decoded is an error, whatever its header says', async () => {
  await inTemporaryFolder(async (folder) => {
    for (const name of ['line-art', 'poster-jpeg'] as const) {
      const path = join(folder, name);
      const bytes = await drawSample(form(name));
      await writeFile(path, bytes.subarray(0, bytes.length / 2));
      await expect(openPicture(path, 'photo 1', 100)).rejects.toMatchObject({ code: 'image-corrupt' });
    }
  });
});

test('a lost file is not blamed on the picture', async () => {
  await inTemporaryFolder(async (folder) => {
    await expect(openPicture(join(folder, 'gone'), 'photo 1', 100)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('pixels of a PNG are found behind other chunks, and a cut file is no PNG', async () => {
  const bytes = await drawSample(form('line-art'));
  const layout = readPngLayout(bytes);
  expect(layout).toMatchObject({ width: 300, height: 200, colourType: 'grey', bitsPerComponent: 8 });
  for (const { offset } of layout?.pixels ?? []) {
    expect(bytes.toString('latin1', offset - 4, offset)).toBe('IDAT');
  }
  expect(readPngLayout(bytes.subarray(0, 20))).toBeUndefined();
  expect(readPngLayout(await readFile(new URL(import.meta.url)))).toBeUndefined();
});
