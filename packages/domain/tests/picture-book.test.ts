import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  flattenPlan,
  handlerTimeoutSeconds,
  handlerWorkers,
  jobKinds,
  pageSizes,
  pictureBook,
  pictureBookPrices,
  pictureStyles,
  priceOf,
  recipes,
  type StepPlan,
  workerTypes,
} from '../src/index.ts';

const photo = fc.record({
  assetId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  caption: fc.stringMatching(/^[ a-z]{0,50}$/),
});
const base = { photos: [{ assetId: 'asset_1' }], style: 'poster', title: 'A book' };
const anyInput = fc
  .record({
    photos: fc.array(photo, { minLength: 1, maxLength: 200 }),
    look: fc.oneof(
      fc.constantFrom(...pictureStyles).map((style) => ({ style })),
      fc.stringMatching(/^[a-z]{3,50}$/).map((prompt) => ({ prompt })),
    ),
    title: fc.stringMatching(/^[A-Za-z]{1,120}$/),
    pageSize: fc.constantFrom(...pageSizes),
  })
  .map(({ look, ...rest }) => pictureBook.inputSchema.parse({ ...rest, ...look }));

function refusals(change: Record<string, unknown>): string[] {
  const result = pictureBook.inputSchema.safeParse({ ...base, ...change });
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join('.'));
}

describe('the plan, for any input', () => {
  test('costs what its steps cost: one credit a picture and one for the book', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const plan = pictureBook.plan(input);
        const sum = flattenPlan(plan).reduce((total, node) => total + node.credits, 0);
        expect(priceOf(plan)).toBe(sum);
        expect(sum).toBe(input.photos.length * pictureBookPrices.picture + pictureBookPrices.book);
      }),
      { numRuns: 40 },
    );
  });

  test('has one ingest and one generate step a photo below one book, every key once', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const nodes = flattenPlan(pictureBook.plan(input));
        expect(new Set(nodes.map((node) => node.key)).size).toBe(nodes.length);
        expect(nodes.length).toBe(2 * input.photos.length + 1);
        expect(nodes.at(-1)?.key).toBe('book');
      }),
      { numRuns: 40 },
    );
  });

  test('is flattened with children before parents', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const nodes = flattenPlan(pictureBook.plan(input));
        const position = new Map(nodes.map((node, index) => [node.key, index]));
        for (const node of nodes)
          for (const child of node.children)
            expect(position.get(child.key)).toBeLessThan(position.get(node.key) ?? -1);
      }),
      { numRuns: 40 },
    );
  });

  test('gives each photo its own item, its own asset and its own caption, in page order', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const nodes = flattenPlan(pictureBook.plan(input));
        const ingests = nodes.filter((node) => node.handler === 'ingest-image');
        expect(ingests.map((node) => node.input)).toEqual(
          input.photos.map(({ assetId }, index) => ({ assetId, index })),
        );
        expect(ingests.map((node) => node.itemIndex)).toEqual(input.photos.map((_, index) => index));
        const book = nodes.find((node) => node.handler === 'render-picture-book');
        expect(book?.itemIndex).toBeUndefined();
        expect(book?.input).toMatchObject({ captions: input.photos.map(({ caption }) => caption) });
        expect(pictureBook.assets(input).map(({ assetId }) => assetId)).toEqual(
          input.photos.map(({ assetId }) => assetId),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('is the same each time, and survives JSON unchanged', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const plan: StepPlan = pictureBook.plan(input);
        expect(pictureBook.plan(input)).toEqual(plan);
        expect(pictureBook.plan(JSON.parse(JSON.stringify(input)) as typeof input)).toEqual(plan);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the input', () => {
  test('names a style or a prompt: not both, not neither', () => {
    expect(refusals({})).toEqual([]);
    expect(refusals({ style: undefined, prompt: 'in oil' })).toEqual([]);
    expect(refusals({ prompt: 'in oil' })).toEqual(['style']);
    expect(refusals({ style: undefined })).toEqual(['style']);
  });

  test.each([
    ['no photo', { photos: [] }, 'photos'],
    ['201 photos', { photos: Array.from({ length: 201 }, () => ({ assetId: 'a' })) }, 'photos'],
    ['an empty asset id', { photos: [{ assetId: '' }] }, 'photos.0.assetId'],
    ['an asset id of 65 letters', { photos: [{ assetId: 'a'.repeat(65) }] }, 'photos.0.assetId'],
    [
      'an asset id that the database could not read',
      { photos: [{ assetId: 'a\u0000' }] },
      'photos.0.assetId',
    ],
    [
      'a caption of 201 letters',
      { photos: [{ assetId: 'a', caption: 'c'.repeat(201) }] },
      'photos.0.caption',
    ],
    ['a blank title', { title: '   ' }, 'title'],
    ['a title of 121 letters', { title: 't'.repeat(121) }, 'title'],
    ['a blank author', { author: ' ' }, 'author'],
    ['an unknown style', { style: 'oil' }, 'style'],
    ['a prompt of two letters', { style: undefined, prompt: 'ab ' }, 'prompt'],
    ['a prompt of 2001 letters', { style: undefined, prompt: 'p'.repeat(2_001) }, 'prompt'],
    ['a prompt with NUL', { style: undefined, prompt: 'in oil\u0000' }, 'prompt'],
    ['a prompt with half a letter', { style: undefined, prompt: 'in oil \ud83d' }, 'prompt'],
    ['an unknown page size', { pageSize: 'A0' }, 'pageSize'],
    ['another way for wide pictures', { landscapePictures: 'cropped' }, 'landscapePictures'],
    ['a language that is none', { language: 'x-'.repeat(3) }, 'language'],
    ['a language without end', { language: `en${'-abcdefgh'.repeat(10)}` }, 'language'],
    ['a field that does not exist', { colour: 'red' }, ''],
    ['a photo field that does not exist', { photos: [{ assetId: 'a', crop: 1 }] }, 'photos.0'],
  ])('with %s is refused where it is wrong', (_, change, path) => {
    expect(refusals(change)).toContain(path);
  });

  test('is accepted at its bounds, with its defaults filled in', () => {
    expect(
      refusals({
        photos: Array.from({ length: 200 }, () => ({ assetId: 'a'.repeat(64), caption: 'c'.repeat(200) })),
      }),
    ).toEqual([]);
    expect(pictureBook.inputSchema.parse(base)).toEqual({
      photos: [{ assetId: 'asset_1', caption: '' }],
      style: 'poster',
      title: 'A book',
      pageSize: 'A4',
      language: 'en',
    });
  });
});

test('wide pictures are turned unless the request says otherwise; the stored request says only what was asked', () => {
  const planned = (change: object) =>
    pictureBook.plan(pictureBook.inputSchema.parse({ ...base, ...change })).input;
  expect(planned({})).toMatchObject({ landscapePictures: 'turned' });
  expect(planned({ landscapePictures: 'upright' })).toMatchObject({ landscapePictures: 'upright' });
});

describe('the check before submission', () => {
  const input = (change: object) => pictureBook.inputSchema.parse({ ...base, ...change });

  test('names the text that cannot be printed, wherever it stands', () => {
    const problems = pictureBook.check?.(
      input({ title: 'ok ख', author: 'ok', photos: [{ assetId: 'a' }, { assetId: 'b', caption: 'אב' }] }),
      { freePrompts: true },
    );
    expect(problems?.map(({ code, path }) => [code, path])).toEqual([
      ['unsupported-script', ['title']],
      ['unsupported-script', ['photos', 1, 'caption']],
    ]);
  });

  test('lets no text through that PostgreSQL refuses', () => {
    for (const bad of ['a\u0000b', 'a\ud800b'])
      for (const change of [{ title: bad }, { author: bad }, { photos: [{ assetId: 'a', caption: bad }] }])
        expect(pictureBook.check?.(input(change), { freePrompts: true })).toHaveLength(1);
  });

  test('refuses a prompt where nobody can follow it', () => {
    const prompt = input({ style: undefined, prompt: 'in oil' });
    expect(pictureBook.check?.(prompt, { freePrompts: true })).toEqual([]);
    expect(pictureBook.check?.(prompt, { freePrompts: false })?.map(({ code }) => code)).toEqual([
      'prompt-needs-provider',
    ]);
  });
});

test('every kind in the catalog is under its own name', () => {
  for (const kind of jobKinds) expect(recipes[kind].kind).toBe(kind);
});

test('every handler has a worker that exists and a time limit, and every worker has a handler', () => {
  expect(new Set(Object.values(handlerWorkers))).toEqual(new Set(workerTypes));
  expect(Object.keys(handlerTimeoutSeconds).sort()).toEqual(Object.keys(handlerWorkers).sort());
});
