import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { corpus, temporaryFolder } from '../src/index.ts';

const real = corpus();

(real ? test : test.skip)('reads the manifest of the real corpus', async () => {
  expect(real?.files.length).toBeGreaterThan(100);
  const first = real?.files[0];
  if (first === undefined) throw new Error('The corpus is empty');
  const bytes = await readFile(first.path);
  expect(bytes.length).toBe(first.bytes);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(first.sha256);
  expect(real?.file(first.name)).toBe(first);
  expect(() => real?.file('no-such-file')).toThrow('The corpus has no file no-such-file');
});

test('is undefined where there is none', async () => {
  const { path } = await temporaryFolder();
  expect(corpus({ folder: path })).toBeUndefined();
});

test('names the line of a manifest that is damaged', async () => {
  const { path } = await temporaryFolder();
  await writeFile(join(path, 'MANIFEST.tsv'), 'path\tkind\nonly-one-column\n');
  expect(() => corpus({ folder: path })).toThrow('MANIFEST.tsv line 2');
});
