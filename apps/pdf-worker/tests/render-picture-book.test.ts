import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import {
  type AssetStore,
  type ChildStep,
  type GeneratePictureOutput,
  type RenderPictureBookInput,
  type StepContext,
  silentLog,
  storageKeys,
  systemIds,
} from '@pressroom/domain';
import { createPictureBookRenderer, createRenderPictureBookHandler } from '@pressroom/pdf-worker';
import { openLocalStore } from '@pressroom/storage';
import { PDFDocument } from 'pdf-lib';
import { drawSample } from './sample-pictures.ts';
import { inTemporaryFolder, landscape } from './test-book.ts';

jest.setTimeout(120_000);

const renderer = createPictureBookRenderer({ threads: 1 });
afterAll(() => renderer.close());

const input: RenderPictureBookInput = {
  title: 'Our Summer',
  pageSize: 'A5',
  language: 'en',
  author: 'Anna',
  captions: ['one', 'two', 'three'],
};

test('sets the pictures that came out, names the photos that did not, and stores the book by its content', async () => {
  await inBench(async ({ store, handler, child, context, temporaryFolder }) => {
    const children = [await child(0), await child(1, 'failed'), await child(2)];
    const progress: (readonly [number, number])[] = [];
    const result = await handler(
      context(children, {
        reportProgress: (done, total) => {
          progress.push([done, total]);
          return Promise.resolve();
        },
      }),
    );
    const { document, pages, skipped, preflight } = result.output;
    expect({ pages, skipped, preflight }).toEqual({ pages: 5, skipped: [1], preflight: [] });
    expect(result.assets).toEqual([{ ...document, role: 'document' }]);
    expect(document.mediaType).toBe('application/pdf');
    expect(document.storageKey).toBe(storageKeys.content('acct_1', document.sha256));
    const bytes = await store.getBytes(document.storageKey, { maxBytes: document.bytes });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(document.sha256);
    const parsed = await PDFDocument.load(bytes);
    expect(parsed.getPageCount()).toBe(5);
    expect(progress.at(-1)).toEqual([2, 2]);
    expect(await readdir(temporaryFolder)).toEqual([]);

    const again = await handler(context(children));
    expect(again.output.document.storageKey).toBe(document.storageKey);
  });
});

test('fails with nothing-to-print when no photo became a picture', async () => {
  await inBench(async ({ handler, child, context }) => {
    const children = [await child(0, 'failed'), await child(1, 'skipped')];
    await expect(handler(context(children))).rejects.toMatchObject({ code: 'nothing-to-print' });
  });
});

test('refuses a caption in an unsupported script by the number of its photo, but not one that is left out', async () => {
  await inBench(async ({ handler, child, context }) => {
    const captions = ['', 'बिल्ली', ''];
    const children = [await child(0), await child(1)];
    await expect(handler(context(children, { input: { ...input, captions } }))).rejects.toMatchObject({
      code: 'unsupported-script',
      facts: { field: 'caption of photo 2' },
    });
    const leftOut = [await child(0), await child(1, 'failed')];
    await expect(handler(context(leftOut, { input: { ...input, captions } }))).resolves.toMatchObject({
      output: { skipped: [1] },
    });
  });
});

test('notices stored bytes that are not those that were made, and missing ones', async () => {
  await inBench(async ({ store, handler, child, context, temporaryFolder }) => {
    const only = await child(0);
    const children = [only];
    const key = (only.output as GeneratePictureOutput).picture.storageKey;
    await store.put(key, await drawSample({ ...landscape, seed: 77 }));
    await expect(handler(context(children))).rejects.toMatchObject({ code: 'asset-altered' });
    await store.delete(key);
    await expect(handler(context(children))).rejects.toMatchObject({ code: 'asset-missing' });
    expect(await readdir(temporaryFolder)).toEqual([]);
  });
});

test('an abort ends the step with its reason and leaves no file behind', async () => {
  await inBench(async ({ handler, child, context, temporaryFolder }) => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const children = [await child(0), await child(1), await child(2)];
    const running = handler(
      context(children, {
        signal: controller.signal,
        reportProgress: () => {
          controller.abort(reason);
          return Promise.resolve();
        },
      }),
    );
    await expect(running).rejects.toBe(reason);
    expect(await readdir(temporaryFolder)).toEqual([]);
  });
});

test('a progress report that cannot be written fails the step', async () => {
  await inBench(async ({ handler, child, context }) => {
    const superseded = new Error('superseded');
    const children = [await child(0)];
    const running = handler(context(children, { reportProgress: () => Promise.reject(superseded) }));
    await expect(running).rejects.toBe(superseded);
  });
});

interface Bench {
  readonly store: AssetStore;
  readonly handler: ReturnType<typeof createRenderPictureBookHandler>;
  readonly temporaryFolder: string;
  readonly child: (photo: number, status?: ChildStep['status']) => Promise<ChildStep>;
  readonly context: (
    children: readonly ChildStep[],
    changes?: Partial<StepContext<'render-picture-book'>>,
  ) => StepContext<'render-picture-book'>;
}

/** A real store of local files, a real thread. */
async function inBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const temporaryFolder = join(folder, 'temporary');
    await mkdir(temporaryFolder);
    const store = await openLocalStore({ folder: join(folder, 'store') });
    try {
      const handler = createRenderPictureBookHandler({ store, ids: systemIds, renderer, temporaryFolder });
      await work({
        store,
        handler,
        temporaryFolder,
        child: (...args) => makeChild(store, ...args),
        context: makeContext,
      });
    } finally {
      await store.close();
    }
  });
}

async function makeChild(
  store: AssetStore,
  photo: number,
  status: ChildStep['status'] = 'succeeded',
): Promise<ChildStep> {
  const step = {
    stepId: `step_${photo}`,
    key: `generate-${photo}`,
    handler: 'generate-picture',
    itemIndex: photo,
    status,
  } as const;
  if (status !== 'succeeded') return { ...step, output: undefined };
  const { width, height } = landscape;
  const blob = await store.put(`accounts/acct_1/p${photo}`, await drawSample({ ...landscape, seed: photo }));
  const picture = {
    assetId: `asset_${photo}`,
    storageKey: blob.key,
    mediaType: 'image/png',
    bytes: blob.bytes,
  };
  const output: GeneratePictureOutput = {
    picture: { ...picture, sha256: blob.sha256, width, height },
    provider: 'offline',
    model: 'xdog-1',
    calls: 0,
  };
  return { ...step, output };
}

function makeContext(
  children: readonly ChildStep[],
  changes: Partial<StepContext<'render-picture-book'>> = {},
): StepContext<'render-picture-book'> {
  return {
    accountId: 'acct_1',
    jobId: 'job_1',
    stepId: 'step_book',
    attempt: 1,
    input,
    children,
    signal: new AbortController().signal,
    log: silentLog,
    reportProgress: () => Promise.resolve(),
    stage: undefined,
    withMemory: (_bytes, work) => work(),
    saveStage: () => Promise.resolve(),
    ...changes,
  };
}
