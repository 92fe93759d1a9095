import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@pressroom/testing';
import { findDemoProblems } from '../src/commands/find-demo-problems.ts';

let folder: string;
beforeAll(async () => {
  folder = (await temporaryFolder()).path;
});

type Wishes = Parameters<typeof findDemoProblems>[0];

const problemsOf = (wishes: Partial<Wishes>, out = join(folder, 'book.pdf')): Promise<readonly string[]> =>
  findDemoProblems({ files: [], style: 'poster', pageSize: 'A4', environment: {}, ...wishes }, out);

test('samples, own photos and any of the styles need nothing else', async () => {
  expect(await problemsOf({})).toEqual([]);
  expect(
    await problemsOf({ files: ['a.jpg'], style: 'pencil-sketch', title: 'Ωκεανός, море, été, 海, ทะเล' }),
  ).toEqual([]);
});

test.each([
  [
    { title: 'समुद्र' },
    /^--title has characters .*: स म ु द ् र\. They print Latin, Greek, Cyrillic, Japanese and Thai\.$/,
  ],
  [{ title: 'Sea 🌊' }, /characters that the fonts of the book do not have: 🌊/],
  [{ title: '  ' }, /^--title is empty/],
  [{ title: 'x'.repeat(5_000) }, /^--title may have 120 characters, this one has 5000\.$/],
  [{ files: Array.from({ length: 201 }, () => 'a.jpg') }, /at most 200 photos, these are 201/],
  [{ prompt: 'as a linocut' }, /^--prompt is for Gemini: set GEMINI_API_KEY, or choose/],
  [{ prompt: 'x', environment: { GEMINI_API_KEY: 'k' } }, /^--prompt: /],
])('%j is told before anything starts', async (wishes: Partial<Wishes>, said) => {
  expect(await problemsOf(wishes)).toEqual([expect.stringMatching(said)]);
});

test('several problems are told together', async () => {
  expect(await problemsOf({ title: '', prompt: 'as a linocut' })).toHaveLength(2);
});

test('a book is not started that could not be written', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  expect(await problemsOf({}, folder)).toEqual([expect.stringMatching(/is a folder\. Name a file in it/)]);
  expect(await problemsOf({}, join(file, 'book.pdf'))).toEqual([expect.stringMatching(/cannot be written/)]);
  if (process.getuid?.() === 0) return;
  const closed = join(folder, 'closed');
  await mkdir(closed);
  await chmod(closed, 0o500);
  expect(await problemsOf({}, join(closed, 'book.pdf'))).toEqual([expect.stringMatching(/\(EACCES\)/)]);
});
