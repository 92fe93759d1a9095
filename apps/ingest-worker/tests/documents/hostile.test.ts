/**
 * Files that do harm, through the real handlers in a process of their own: each ends by name or as a true document, within its
 * time and memory, and leaves nothing behind. What the process does (crash, hang, unhandled rejection) is seen from outside.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CorpusFile, corpus, hostileDocuments, mediaTypes, temporaryFolder } from '@pressroom/testing';
import { type IngestLanes, openIngestLanes } from '../stand/ingest-lanes.ts';
import type { StandOutcome } from '../stand/ingest-stand.ts';
import { migratedTestDatabase } from './document-harness.ts';

const ampleSeconds = 30;
const bad = (corpus()?.files ?? []).filter(({ name }) => name.startsWith('documents-bad/'));

interface Case {
  readonly name: string;
  readonly mediaType: string;
  readonly timeoutSeconds?: number;
  readonly file: (folder: string) => Promise<string>;
}

const generated: readonly Case[] = hostileDocuments.map(({ bytes, ...given }, index) => ({
  ...given,
  file: async (folder) => {
    const path = join(folder, `generated-${index}`);
    await writeFile(path, bytes());
    return path;
  },
}));
const found: readonly Case[] = bad.map(({ name, path }) => ({
  name,
  mediaType: declaredAs(name),
  file: () => Promise.resolve(path),
}));

const outcomes = new Map<string, Promise<StandOutcome>>();
let lanes: IngestLanes;

/** All are begun at once and done two at a time; each test waits for its own. */
beforeAll(async () => {
  const folder = (await temporaryFolder()).path;
  lanes = await openIngestLanes(await Promise.all([migratedTestDatabase(), migratedTestDatabase()]), folder);
  for (const { name, mediaType, timeoutSeconds = ampleSeconds, file } of [...found, ...generated]) {
    const outcome = lanes.ingest(async () => ({
      path: await file(folder),
      mediaType,
      sort: 'document',
      timeoutSeconds,
      wantsText: true,
    }));
    outcome.catch(() => {});
    outcomes.set(name, outcome);
  }
}, 60_000);
afterAll(() => lanes.close());

async function outcomeOf(name: string): Promise<StandOutcome> {
  const outcome = await outcomes.get(name);
  if (outcome === undefined) throw new Error(`There is no ${name}`);
  return outcome;
}

function declaredAs(name: string): string {
  const ending = name.split('.').at(-1) ?? '';
  return ending in mediaTypes ? mediaTypes[ending as 'pdf' | 'docx'] : 'application/octet-stream';
}

test.each(hostileDocuments)(
  '$name',
  async ({ name, ends, contains = [], lacks }) => {
    const { ended, code, message, text = '', violations } = await outcomeOf(name);
    expect(violations).toEqual([]);
    expect(ended === 'accepted' ? 'document' : `${code}: ${message}`).toMatch(
      new RegExp(`^(?:${ends.join('|')})(?::|$)`),
    );
    if (ended !== 'accepted') return;
    for (const some of contains) expect(text.includes(some)).toBe(true);
    if (lacks !== undefined) expect(text).not.toMatch(lacks);
  },
  120_000,
);

(bad.length > 0 ? describe : describe.skip)('of the corpus', () => {
  /** Read by pdf.js, where other tools give up. */
  const readableAfterAll = new Set(['documents-bad/pdfjs__issue9105_other.pdf']);
  const strings = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);
  const plain = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ');

  test.each(bad)(
    '$name',
    async ({ name, expectation }: CorpusFile) => {
      const { ended, code, text = '', violations } = await outcomeOf(name);
      expect(violations).toEqual([]);
      const { verdict } = expectation;
      if (verdict === 'unsupported') expect(code).toBe('unsupported-type');
      if (verdict === 'reject' && !readableAfterAll.has(name)) expect(ended).toBe('refused');
      if (expectation['password'] !== undefined) expect(code).toBe('document-encrypted');
      if (verdict !== 'accept') return;
      const wanted = strings(expectation['text']);
      if (wanted.length === 0) expect([undefined, 'document-without-text']).toContain(code);
      else expect(ended).toBe('accepted');
      for (const some of wanted) expect(plain(text)).toContain(plain(some));
    },
    120_000,
  );
});
