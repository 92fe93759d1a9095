import { open } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import {
  type DocumentBlock,
  type DocumentFacts,
  defaultDocumentLimits,
  documentSniffBytes,
  extractDocument,
  formatOfMediaType,
  sniffDocument,
} from '@pressroom/documents';
import { type CorpusFile, corpus } from '@pressroom/testing';

const files = (corpus()?.files ?? []).filter(({ name }) =>
  /^(?:documents|documents-bad|html|csv)\//.test(name),
);
const declaredByEnding: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/csv',
  html: 'text/html',
  txt: 'text/plain',
};

/** Wikipedia's list of hidden categories is not a part of the article. */
const outsideTheReadablePart = new Set(['Articles containing Ancient Greek (to 1453)-language text']);
/** Both are read by pdf.js, as the manifest's notes of other tools say that some do. */
const readableAfterAll = new Set(['documents-bad/pdfjs__issue9105_other.pdf']);

interface Reading {
  readonly text: string;
  readonly blocks: readonly DocumentBlock[];
  readonly facts: DocumentFacts;
  readonly error?: { readonly code: string };
}

async function readAs(file: CorpusFile): Promise<Reading> {
  const blocks: DocumentBlock[] = [];
  let facts: DocumentFacts = {};
  try {
    const format = await sniffDocument(
      await head(file.path),
      formatOfMediaType(declaredByEnding[file.name.split('.').at(-1) ?? ''] ?? ''),
    );
    if (format === undefined) return { text: '', blocks, facts, error: { code: 'unsupported-type' } };
    for await (const found of extractDocument(
      file.path,
      format,
      { ...defaultDocumentLimits, timeoutSeconds: 60 },
      new AbortController().signal,
    )) {
      if (found.type === 'facts') facts = { ...facts, ...found.facts };
      else blocks.push(found.block);
    }
  } catch (error) {
    return { text: '', blocks, facts, error: error as { code: string } };
  }
  return { text: comparable(blocks.map(({ text }) => text).join('\n')), blocks, facts };
}

async function head(path: string): Promise<Buffer> {
  await using file = await open(path);
  const bytes = Buffer.alloc(documentSniffBytes);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  return bytes.subarray(0, bytesRead);
}

/** As the corpus' own page says. */
function comparable(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u00AD\u200B\uFEFF\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/\s+/g, ' ');
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);

(files.length > 0 ? describe : describe.skip)('real documents', () => {
  test.each(files)('$name', async (file) => {
    const { expectation, name } = file;
    const reading = await readAs(file);
    const { error, facts, text } = reading;
    if (error !== undefined) expect(error.code).toMatch(/^(?:document-[a-z-]+|unsupported-type)$/);
    if (expectation.verdict === 'unsupported') expect(error?.code).toBe('unsupported-type');
    if (expectation.verdict === 'reject' && !readableAfterAll.has(name)) expect(error).toBeDefined();
    if (expectation['password'] !== undefined) expect(error?.code).toBe('document-encrypted');
    if (expectation.verdict !== 'accept') return;
    const wanted = [...strings(expectation['text']), ...strings(expectation['cell_text'])].filter(
      (some) => !outsideTheReadablePart.has(some),
    );
    if (wanted.length === 0 || expectation['text_layer'] === false) {
      // Pictures alone: no text is the right answer, and it has a name.
      expect([undefined, 'document-without-text']).toContain(error?.code);
      if (expectation['text_layer'] === false) expect(error?.code).toBe('document-without-text');
      return;
    }
    expect(error).toBeUndefined();
    for (const some of wanted) expect(text).toContain(comparable(some));
    for (const some of strings(expectation['not_text'])) expect(text).not.toContain(comparable(some));
    if (expectation['pages'] !== undefined) expect(facts.pages).toBe(expectation['pages']);
  });
});
