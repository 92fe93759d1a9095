import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DocumentRecord, DocumentStore, NewChunk } from '@pressroom/domain';
import { createDocumentStore } from '../src/index.ts';
import { accountId, openAccount, openScene, type Scene } from './scene.ts';

let scene: Scene;
let store: DocumentStore;
const { signal } = new AbortController();
beforeAll(async () => {
  scene = await openScene();
  await openAccount(scene, 'acct_other', 0);
  store = createDocumentStore(scene.database);
});
afterAll(() => scene.close());

let made = 0;
function record(chunks: number): DocumentRecord {
  made += 1;
  return {
    digest: made.toString(16).padStart(64, 'd'),
    sourceSha256: 'a'.repeat(64),
    format: 'pdf',
    title: 'A report',
    language: 'en',
    pages: 2,
    characters: 5_000_000_000,
    chunks,
    tokens: 9_000_000_000,
    embedding: { provider: 'offline', model: 'terms-1', dimensions: 2 },
    document: { storageKey: 'accounts/x', bytes: 7, sha256: 'b'.repeat(64) },
  };
}

/** Its vector points where the angle says, in degrees. */
function chunk(of: DocumentRecord, position: number, angle = position): NewChunk {
  const radians = (angle * Math.PI) / 180;
  const id = `${of.digest.slice(-12)}${position.toString(16).padStart(20, '0')}`;
  return {
    id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    position,
    page: 1,
    lastPage: 2,
    start: position * 10,
    end: position * 10 + 9,
    headings: ['One', 'Two "quoted" 🎉'],
    text: `Passage ${position}`,
    tokens: 3,
    vector: Float32Array.of(Math.cos(radians), Math.sin(radians)),
  };
}

async function ingest(of: DocumentRecord, account = accountId): Promise<void> {
  await store.begin(account, of);
  await store.writeChunks(
    account,
    of.digest,
    Array.from({ length: of.chunks }, (_, position) => chunk(of, position)),
  );
  await store.complete(account, of.digest);
}

describe('ingested documents', () => {
  test('are found once they are complete, as they were written, and only in their account', async () => {
    const document = record(2);
    await store.begin(accountId, document);
    await store.writeChunks(accountId, document.digest, [chunk(document, 0)]);
    expect(await store.complete(accountId, document.digest)).toEqual({ complete: false, found: 1 });
    expect(await store.find(accountId, document.digest)).toBeUndefined();
    await store.writeChunks(accountId, document.digest, [chunk(document, 1)]);
    expect(await store.complete(accountId, document.digest)).toEqual({ complete: true, found: 2 });
    expect(await store.find(accountId, document.digest)).toEqual(document);
    expect(await store.find('acct_other', document.digest)).toBeUndefined();
    expect(await store.chunks('acct_other', document.digest, { from: 0, limit: 10 })).toEqual([]);
  });

  test('that several write at the same time have each chunk once, and fail for none of them', async () => {
    const writers = 4;
    for (let round = 0; round < 40; round += 1) {
      const document = record(60);
      await store.begin(accountId, document);
      const chunks = Array.from({ length: document.chunks }, (_, position) => chunk(document, position));
      const outcomes = await Promise.all(
        Array.from({ length: writers }, () => store.writeChunks(accountId, document.digest, chunks)),
      );
      expect(outcomes.reduce((sum, { written }) => sum + written, 0)).toBe(document.chunks);
      expect(outcomes.reduce((sum, { conflicting }) => sum + conflicting, 0)).toBe(
        document.chunks * (writers - 1),
      );
    }
  });

  test('keep what their texts hold that JSON and PostgreSQL see differently', async () => {
    const document = { ...record(1), title: 'Null \u0000 and half a \ud83c pair' };
    await ingest(document);
    expect((await store.find(accountId, document.digest))?.title).toBe('Null \ufffd and half a \ufffd pair');
  });

  test('count chunks that were written before, and write them once (invariant 5)', async () => {
    const document = record(3);
    await store.begin(accountId, document);
    const chunks = [0, 1, 2].map((position) => chunk(document, position));
    expect(await store.writeChunks(accountId, document.digest, chunks.slice(0, 2))).toEqual({
      written: 2,
      conflicting: 0,
    });
    expect(await store.writeChunks(accountId, document.digest, chunks)).toEqual({
      written: 1,
      conflicting: 2,
    });
    await store.complete(accountId, document.digest);
    const { vector: _, ...first } = chunks[0] as NewChunk;
    const read = await store.chunks(accountId, document.digest, { from: 0, limit: 2 });
    expect(read).toEqual([{ ...first, digest: document.digest }, expect.objectContaining({ position: 1 })]);
    expect(await store.chunks(accountId, document.digest, { from: 2, limit: 2 })).toHaveLength(1);
  });

  test('are written by several steps at once as by one', async () => {
    const document = record(40);
    await Promise.all(Array.from({ length: 6 }, () => ingest(document)));
    expect(await store.complete(accountId, document.digest)).toEqual({ complete: true, found: 40 });
  });

  test('refuse another text at a position that is taken', async () => {
    const document = record(2);
    await store.begin(accountId, document);
    await store.writeChunks(accountId, document.digest, [chunk(document, 0)]);
    const other = { ...chunk(document, 1), position: 0 };
    await expect(store.writeChunks(accountId, document.digest, [other])).rejects.toThrow();
  });

  test('give the chunks that are most similar, best first, over several documents', async () => {
    const [one, two] = [record(60), record(3)];
    await ingest(one);
    await ingest(two);
    const query = { vector: Float32Array.of(Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)), limit: 3, signal };
    const found = await store.nearest(accountId, [one.digest, two.digest], query);
    expect(found.map(({ position }) => position)[0]).toBe(30);
    expect(
      found
        .map(({ position }) => position)
        .slice(1)
        .toSorted((a, b) => a - b),
    ).toEqual([29, 31]);
    expect(found[0]?.similarity).toBeCloseTo(1, 5);
    expect((await store.nearest(accountId, [two.digest], query)).map(({ position }) => position)).toEqual([
      2, 1, 0,
    ]);
    // A vector of another model has another length, and is like nothing.
    const foreign = { ...query, vector: Float32Array.of(1, 0, 0) };
    expect(await store.nearest(accountId, [one.digest], foreign)).toEqual([]);
    expect(await store.nearest('acct_other', [one.digest], query)).toEqual([]);
  });

  test('go with their account, chunks included', async () => {
    await openAccount(scene, 'acct_leaving', 0);
    const document = record(2);
    await ingest(document, 'acct_leaving');
    await scene.sql('delete from accounts where id = $1', ['acct_leaving']);
    const left = await scene.sql<{ count: string }>(
      "select count(*) from document_chunks where account_id = 'acct_leaving'",
    );
    expect(left[0]?.count).toBe('0');
  });
});
