import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import {
  type DocumentBlock,
  type DocumentLimits,
  defaultDocumentLimits,
  extractDocument,
} from '@pressroom/documents';
import type { DocumentFormat } from '@pressroom/domain';
import { temporaryFolder, zipOf } from '@pressroom/testing';

const limits: DocumentLimits = {
  ...defaultDocumentLimits,
  timeoutSeconds: 30,
  secondsPerMegabyte: 0,
  maxUnpackedBytes: 8 * 1024 * 1024,
  maxWholeBytes: 32 * 1024 * 1024,
};
let folder: string;

beforeAll(async () => {
  folder = (await temporaryFolder()).path;
});

async function read(
  format: DocumentFormat,
  content: string | Uint8Array,
  given: DocumentLimits = limits,
): Promise<string> {
  const path = join(folder, `${randomUUID()}.${format}`);
  await writeFile(path, content);
  let text = '';
  for await (const found of extractDocument(path, format, given, new AbortController().signal)) {
    if (found.type === 'block') text += `${found.block.text}\n`;
  }
  return text;
}

async function readBlocks(
  format: DocumentFormat,
  content: string,
): Promise<{ readonly blocks: readonly DocumentBlock[] }> {
  const path = join(folder, `${randomUUID()}.${format}`);
  await writeFile(path, content);
  const blocks: DocumentBlock[] = [];
  for await (const found of extractDocument(path, format, limits, new AbortController().signal))
    if (found.type === 'block') blocks.push(found.block);
  return { blocks };
}

const relations =
  '<Relationships xmlns="r"><Relationship Id="1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>';
const word = (body: string) => `<w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`;
const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

test('a DOCX that unpacks to more than it may is given up while it unpacks', async () => {
  const bomb = word(paragraph('0'.repeat(64 * 1024 * 1024)));
  const file = zipOf({ '_rels/.rels': relations, 'word/document.xml': bomb });
  expect(file.length).toBeLessThan(200_000);
  await expect(read('docx', file)).rejects.toMatchObject({ code: 'document-too-complex' });
});

test('a DOCX whose directory lies about its sizes is damaged', async () => {
  const file = zipOf(
    { '_rels/.rels': relations, 'word/document.xml': word(paragraph('Hello')) },
    { claimedSize: 10 },
  );
  await expect(read('docx', file)).rejects.toMatchObject({ code: 'document-corrupt' });
});

test('XML entities are refused, so that they can neither explode nor read other files', async () => {
  const entities = `<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>`;
  const file = zipOf({
    '_rels/.rels': relations,
    'word/document.xml': entities + word(paragraph('&b; &c;')),
  });
  await expect(read('docx', file)).rejects.toMatchObject({ code: 'document-corrupt' });
});

test('a DOCX nested without end is given up', async () => {
  const nested = '<w:tbl><w:tr><w:tc>'.repeat(5_000) + '</w:tc></w:tr></w:tbl>'.repeat(5_000);
  const file = zipOf({ '_rels/.rels': relations, 'word/document.xml': word(nested) });
  await expect(read('docx', file)).rejects.toMatchObject({ code: 'document-too-complex' });
});

test('HTML of 100,000 nested elements is given up before a tree is built of it', async () => {
  await expect(read('html', '<div>'.repeat(100_000))).rejects.toMatchObject({ code: 'document-too-complex' });
});

test('a PDF whose page inflates without end stays within the memory of its process', async () => {
  const inflated = Buffer.alloc(600 * 1024 * 1024, 'BT (a) Tj ET\n');
  const small = deflateRawSync(inflated, { level: 1 });
  const adler = Buffer.alloc(4);
  const stream = Buffer.concat([Buffer.from([0x78, 0x01]), small, adler]);
  const head = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>endobj
4 0 obj<</Length ${stream.length}/Filter/FlateDecode>>stream
`;
  const pdf = Buffer.concat([
    Buffer.from(head),
    stream,
    Buffer.from('\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF'),
  ]);
  await expect(read('pdf', pdf)).rejects.toMatchObject({
    code: expect.stringMatching(/^document-(too-complex|corrupt|without-text)$/),
  });
});

test('a table of a million columns is given up', async () => {
  await expect(read('csv', `${'a,'.repeat(1_000_000)}b\n1\n`)).rejects.toMatchObject({
    code: 'document-too-complex',
  });
});

test('a picture that calls itself text is not text', async () => {
  await expect(read('text', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))).rejects.toMatchObject({
    code: 'unsupported-type',
  });
});

test('a text of one line without a space comes in pieces of bounded size', async () => {
  const text = await read('text', 'é'.repeat(3_000_000));
  expect(text.replaceAll('\n', '')).toBe('é'.repeat(3_000_000));
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(16_384);
});

test('what is damaged in the middle of a text is shown as such, and the rest is read', async () => {
  const text = await read(
    'text',
    Buffer.concat([
      Buffer.from('Guten Morgen, schöne Welt. '.repeat(4_000)),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(' Ende.'),
    ]),
  );
  expect(text).toContain('schöne Welt');
  expect(text).toContain('\uFFFD');
  expect(text).toContain('Ende.');
});

test('a time limit grows with the file where it is told to', async () => {
  const patient = { ...limits, timeoutSeconds: 0.001, secondsPerMegabyte: 60 };
  expect(await read('text', 'A line of text.\n\n'.repeat(60_000), patient)).toContain('A line of text.');
});

test('a line that is longer than a block is cut between characters, and a page break in it stays', async () => {
  const { blocks } = await readBlocks('text', `${'😀'.repeat(20_000)}\n${'word '.repeat(5_000)}\fnext page`);
  expect(blocks.every(({ text }) => text.isWellFormed() && text.length <= 16_384)).toBe(true);
  expect(blocks.at(-1)).toMatchObject({ text: 'next page', page: 2 });
});

test('the links of a long paragraph are told once', async () => {
  const { blocks } = await readBlocks('markdown', '[a word](https://example.org/far/away) '.repeat(8_000));
  expect(blocks.length).toBeGreaterThan(3);
  expect(blocks.map(({ links }) => links?.length ?? 0)).toEqual([100, ...blocks.slice(1).map(() => 0)]);
});

test('a column of a long name does not make a table many times its size', async () => {
  const text = await read('csv', `${'name'.repeat(50_000)},b\n${'1,2\n'.repeat(500)}`);
  expect(text.length).toBeLessThan(400_000);
  expect(text).toContain('b: 2');
});

test('a label that no browser knows is no encoding', async () => {
  for (const label of ['hex', 'utf-16', 'constructor']) {
    const page = Buffer.from(`<html><meta charset="${label}"><p>The caf\u00e9 by the sea</html>`, 'latin1');
    expect(await read('html', page)).toContain('The caf\u00e9 by the sea');
  }
});

test('an abort ends the reading process', async () => {
  const path = join(folder, 'long.txt');
  await writeFile(path, 'A line of text.\n\n'.repeat(400_000));
  const stop = new AbortController();
  const reason = new Error('enough');
  const reading = (async () => {
    for await (const _ of extractDocument(path, 'text', limits, stop.signal)) stop.abort(reason);
  })();
  await expect(reading).rejects.toBe(reason);
});

test('a time limit ends the reading process', async () => {
  const reading = read('text', 'A line of text.\n\n'.repeat(400_000), { ...limits, timeoutSeconds: 0.001 });
  await expect(reading).rejects.toMatchObject({ code: 'document-too-complex' });
});
