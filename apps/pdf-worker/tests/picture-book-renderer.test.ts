import { execFile } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, jest, test } from '@jest/globals';
import { createPictureBookRenderer } from '@pressroom/pdf-worker';
import { drawSample } from './sample-pictures.ts';
import { inTemporaryFolder, landscape, portrait, prepareBook } from './test-book.ts';

jest.setTimeout(120_000);

const renderer = createPictureBookRenderer({ threads: 1 });
afterAll(() => renderer.close());

const neverAborted = () => new AbortController().signal;

test('sets a book on a thread and reports every page', async () => {
  await inTemporaryFolder(async (folder) => {
    const content = await prepareBook(folder, { samples: [landscape, portrait, landscape] });
    const outputPath = join(folder, 'book.pdf');
    const progress: (readonly [number, number])[] = [];
    const summary = await renderer.render(content, {
      outputPath,
      signal: neverAborted(),
      onPage: (done, total) => progress.push([done, total]),
    });
    expect(summary).toMatchObject({ pages: 6, preflight: [] });
    expect((await stat(outputPath)).size).toBe(summary.bytes);
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });
});

test('an error keeps its code and facts on the way from the thread', async () => {
  await inTemporaryFolder(async (folder) => {
    const content = await prepareBook(folder, { samples: [landscape], title: 'ख' });
    const options = { outputPath: join(folder, 'book.pdf'), signal: neverAborted(), onPage: () => {} };
    await expect(renderer.render(content, options)).rejects.toMatchObject({
      name: 'PressroomError',
      code: 'unsupported-script',
      facts: { field: 'title', characters: ['ख'] },
    });
    await writeFile(join(folder, 'picture-0'), 'not a picture');
    await expect(renderer.render({ ...content, title: 'A Book' }, options)).rejects.toMatchObject({
      code: 'image-corrupt',
      message: 'The picture of photo 1 cannot be decoded',
    });
    await expect(
      renderer.render(
        { ...content, title: 'A Book' },
        { ...options, outputPath: join(folder, 'none', 'x.pdf') },
      ),
    ).rejects.toMatchObject({ name: 'PressroomError' });
  });
});

test('an abort ends the thread at once with the reason of the signal, and the next book is set', async () => {
  await inTemporaryFolder(async (folder) => {
    const samples = Array.from({ length: 12 }, (_, seed) => ({
      ...landscape,
      width: 2048,
      height: 1536,
      seed,
    }));
    const content = await prepareBook(folder, { samples });
    const controller = new AbortController();
    const reason = new Error('cancelled by the account');
    let abortedAt = 0;
    let pagesAfter = 0;
    const aborted = renderer.render(content, {
      outputPath: join(folder, 'aborted.pdf'),
      signal: controller.signal,
      onPage: (done) => {
        if (controller.signal.aborted) pagesAfter += 1;
        if (done !== 2) return;
        abortedAt = performance.now();
        controller.abort(reason);
      },
    });
    await expect(aborted).rejects.toBe(reason);
    expect(performance.now() - abortedAt).toBeLessThan(1_000);
    expect(pagesAfter).toBe(0);

    const next = { outputPath: join(folder, 'next.pdf'), signal: neverAborted(), onPage: () => {} };
    await expect(
      renderer.render({ ...content, pictures: content.pictures.slice(0, 1) }, next),
    ).resolves.toMatchObject({ pages: 4 });
    const alreadyAborted = { ...next, signal: AbortSignal.abort(reason) };
    await expect(renderer.render(content, alreadyAborted)).rejects.toBe(reason);
  });
});

test('a thread that runs out of memory is a failure that may be tried again', async () => {
  const small = createPictureBookRenderer({ threads: 1, threadMemoryMb: 4 });
  await inTemporaryFolder(async (folder) => {
    const content = await prepareBook(folder, { samples: [landscape] });
    const options = { outputPath: join(folder, 'book.pdf'), signal: neverAborted(), onPage: () => {} };
    await expect(small.render(content, options)).rejects.toMatchObject({ code: 'render-failed' });
  });
  await small.close();
});

test('two hundred pictures are set within 512 MB, and the event loop stays free', async () => {
  await inTemporaryFolder(async (folder) => {
    const { pictures: shapes, ...rest } = await prepareBook(folder, {
      samples: [landscape, portrait].map((sample) => ({
        ...sample,
        width: sample.width * 1.4,
        height: sample.height * 1.4,
      })),
    });
    const heavy = join(folder, 'heavy');
    await writeFile(heavy, await drawSample({ width: 1536, height: 2048, form: 'poster-png', seed: 9 }));
    const pictures = Array.from({ length: 200 }, (_, photo) => ({
      ...(shapes[photo % 2] ?? { provider: 'gemini', model: 'image-1' }),
      photo,
      caption: `Picture ${photo + 1}`,
      file: photo % 10 === 0 ? heavy : (shapes[photo % 2]?.file ?? heavy),
    }));
    const contentPath = join(folder, 'content.json');
    await writeFile(contentPath, JSON.stringify({ ...rest, pictures }));
    const program = fileURLToPath(new URL('./set-book-alone.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      program,
      contentPath,
      join(folder, 'book.pdf'),
    ]);
    const figures = JSON.parse(stdout) as { pages: number; peakMegabytes: number; utilization: number };
    expect(figures.pages).toBe(1 + 200 + 10 + 1);
    expect(figures.peakMegabytes).toBeLessThan(512);
    // Set on the event loop, a book would take nearly all of it; how long a single turn took says more about the machine.
    expect(figures.utilization).toBeLessThan(0.5);
  });
});
