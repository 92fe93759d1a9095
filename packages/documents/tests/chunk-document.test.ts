import { expect, test } from '@jest/globals';
import {
  type ChunkOptions,
  chunkDocument,
  chunkId,
  type DocumentBlock,
  type DocumentChunk,
  estimateTokens,
  locateBlocks,
} from '@pressroom/documents';
import fc from 'fast-check';

const options: ChunkOptions = { maxTokens: 60, overlapTokens: 20, language: 'en' };

async function* streamed<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function chunksOf(
  blocks: readonly DocumentBlock[],
  given: ChunkOptions = options,
): Promise<DocumentChunk[]> {
  const chunks: DocumentChunk[] = [];
  for await (const chunk of chunkDocument(locateBlocks(streamed(blocks)), given)) chunks.push(chunk);
  return chunks;
}

const word = fc.constantFrom(
  'press',
  'paper',
  'ink',
  'Zürich',
  '日本語',
  'ไทย',
  '𐌲𐌿𐍄',
  'x'.repeat(90),
  '3.5',
);
const sentence = fc
  .array(word, { minLength: 1, maxLength: 30 })
  .chain((words) => fc.constantFrom('. ', '? ', '! ', ' ', '。').map((end) => words.join(' ') + end));
const block: fc.Arbitrary<DocumentBlock> = fc.record({
  kind: fc.constantFrom('paragraph', 'heading', 'list-item', 'table-row', 'code'),
  text: fc.array(sentence, { minLength: 1, maxLength: 8 }).map((some) => some.join('').trim()),
  level: fc.integer({ min: 1, max: 4 }),
  page: fc.integer({ min: 1, max: 9 }),
});

test('every chunk is exactly the text at its place, no larger than allowed, and nothing is left out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 12 }), async (blocks) => {
      const whole = blocks.map(({ text }) => text).join('\n');
      const chunks = await chunksOf(blocks);
      let covered = 0;
      for (const [index, chunk] of chunks.entries()) {
        expect(chunk.position).toBe(index);
        expect(whole.slice(chunk.start, chunk.end)).toBe(chunk.text);
        expect(chunk.tokens).toBe(estimateTokens(chunk.text));
        expect(chunk.tokens).toBeLessThanOrEqual(options.maxTokens);
        // Between two chunks there is white space at most.
        expect(whole.slice(covered, chunk.start).trim()).toBe('');
        expect(chunk.end).toBeGreaterThan(covered);
        covered = chunk.end;
      }
      expect(whole.slice(covered).trim()).toBe('');
    }),
    { numRuns: 300 },
  );
});

test('whole sentences are repeated at the beginning of the next chunk', async () => {
  const text = Array.from({ length: 30 }, (_, at) => `Sentence number ${at} is short.`).join(' ');
  const chunks = await chunksOf([{ kind: 'paragraph', text }]);
  expect(chunks.length).toBeGreaterThan(3);
  for (const [at, chunk] of chunks.slice(1).entries()) {
    const before = chunks[at] as DocumentChunk;
    expect(chunk.start).toBeLessThan(before.end);
    expect(chunk.text.startsWith('Sentence number')).toBe(true);
  }
});

test('a section begins a new chunk without overlap, and a heading never closes one', async () => {
  const filling =
    'The words of this paragraph fill a third of a chunk and some more, so that the next section stands alone. '.repeat(
      2,
    );
  const chunks = await chunksOf([
    { kind: 'heading', text: 'One', level: 1, page: 1 },
    { kind: 'paragraph', text: filling.trim(), page: 1 },
    { kind: 'heading', text: 'Two', level: 1, page: 2 },
    { kind: 'heading', text: 'Two point one', level: 2, page: 2 },
    { kind: 'paragraph', text: 'It is short.', page: 3 },
  ]);
  expect(chunks.map(({ headings, page, lastPage }) => ({ headings, page, lastPage }))).toEqual([
    { headings: ['One'], page: 1, lastPage: 1 },
    { headings: ['Two', 'Two point one'], page: 2, lastPage: 3 },
  ]);
  expect(chunks[1]?.text).toBe('Two\nTwo point one\nIt is short.');
});

test('an id is the same for the same document, place and text, and another one for any other', () => {
  const chunk = { position: 3, text: 'Ink on paper.' };
  expect(chunkId('aa', chunk)).toBe(chunkId('aa', { ...chunk }));
  expect(chunkId('aa', chunk)).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const others = [
    chunkId('ab', chunk),
    chunkId('aa', { ...chunk, position: 4 }),
    chunkId('aa', { ...chunk, text: 'Ink' }),
  ];
  expect(new Set([chunkId('aa', chunk), ...others]).size).toBe(4);
});

test('a long heading is never cut in the middle of a character', async () => {
  for (const before of [198, 199, 200]) {
    const text = `${'x'.repeat(before)}😀 and more`;
    const [chunk] = await chunksOf([
      { kind: 'heading', level: 1, text },
      { kind: 'paragraph', text: 'Below it.' },
    ]);
    const [heading = ''] = chunk?.headings ?? [];
    expect(heading.isWellFormed()).toBe(true);
    expect(text.startsWith(heading)).toBe(true);
    expect(heading.length).toBeGreaterThanOrEqual(199);
  }
});

test('blank lines of code are in no chunk of their own', async () => {
  const chunks = await chunksOf([
    { kind: 'paragraph', text: 'Before the code.' },
    { kind: 'code', text: `first\n${'\n'.repeat(500)}second` },
  ]);
  expect(chunks.every(({ text }) => text.trim().length > 0)).toBe(true);
  expect(chunks.map(({ position }) => position)).toEqual(chunks.map((_, index) => index));
  expect(chunks.map(({ text }) => text).join('')).toMatch(/first[\s\S]*second/);
});
