import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { OpenAssetStore } from '@pressroom/storage';
import { inChunks, patterned, stuckSource } from './sources.ts';

export interface StoreUnderTest {
  readonly store: OpenAssetStore;
  /** Everything that the store has, whole or not, besides the blobs it shows: must be nothing. */
  readonly leftovers: () => Promise<readonly string[]>;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const keyFor = (hash: string) => `accounts/acct_1/${hash.slice(0, 2)}/${hash}`;

/** What every asset store does, whatever is underneath. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of asset stores`, () => {
    test('gives back the bytes it was given, with their size and hash', async () => {
      const { store } = await open();
      const bytes = patterned(300_001);
      const blob = { key: 'work/step_1/a.bin', bytes: bytes.length, sha256: sha256(bytes) };
      expect(await store.put(blob.key, inChunks(bytes))).toEqual(blob);
      expect((await buffer(await store.get(blob.key))).equals(bytes)).toBe(true);
      expect(await store.put('work/step_1/b.bin', new Uint8Array(bytes))).toEqual({
        ...blob,
        key: 'work/step_1/b.bin',
      });
      expect((await store.getBytes('work/step_1/b.bin', { maxBytes: bytes.length })).equals(bytes)).toBe(
        true,
      );
      expect(await store.stat(blob.key)).toEqual({ bytes: bytes.length });
    });

    test('keeps files of many parts, and of none', async () => {
      const { store } = await open();
      const big = patterned(24 * 1024 * 1024 + 7);
      expect(await store.put('big', inChunks(big, 1_000_003))).toMatchObject({ sha256: sha256(big) });
      const read = await buffer(await store.get('big'));
      expect([read.length, sha256(read)]).toEqual([big.length, sha256(big)]);
      expect(await store.put('none', inChunks(Buffer.alloc(0)))).toMatchObject({ bytes: 0 });
      expect(await buffer(await store.get('none'))).toHaveLength(0);
    });

    test('asks for the key when it knows the content', async () => {
      const { store, leftovers } = await open();
      const bytes = patterned(100_000);
      const blob = { key: keyFor(sha256(bytes)), bytes: bytes.length, sha256: sha256(bytes) };
      expect(await store.putByContent(keyFor, inChunks(bytes))).toEqual(blob);
      expect((await buffer(await store.get(blob.key))).equals(bytes)).toBe(true);
      expect(await leftovers()).toEqual([]);
    });

    test('takes the same content from many writers at once', async () => {
      const { store, leftovers } = await open();
      const bytes = patterned(50_000);
      const writers = Array.from({ length: 12 }, () => store.putByContent(keyFor, inChunks(bytes)));
      expect(new Set((await Promise.all(writers)).map((blob) => blob.key)).size).toBe(1);
      expect((await buffer(await store.get(keyFor(sha256(bytes))))).equals(bytes)).toBe(true);
      expect(await leftovers()).toEqual([]);
    });

    test('replaces a blob that is put again', async () => {
      const { store } = await open();
      await store.put('work/s/a', Buffer.from('first attempt'));
      await store.put('work/s/a', Buffer.from('second'));
      expect((await store.getBytes('work/s/a', { maxBytes: 100 })).toString()).toBe('second');
    });

    test('gives ranges, both ends included', async () => {
      const { store } = await open();
      await store.put('letters', Buffer.from('abcdefghij'));
      const read = async (start: number, end: number) =>
        (await buffer(await store.get('letters', { range: { start, end } }))).toString();
      expect([await read(0, 0), await read(2, 4), await read(7, 99)]).toEqual(['a', 'cde', 'hij']);
      const outside = { code: 'range-not-satisfiable' };
      await expect(store.get('letters', { range: { start: 10, end: 12 } })).rejects.toMatchObject(outside);
      await expect(store.get('letters', { range: { start: 4, end: 2 } })).rejects.toMatchObject(outside);
    });

    test('refuses more than maxBytes while the bytes come, and keeps nothing of them', async () => {
      const { store, leftovers } = await open();
      const refusal = { code: 'asset-too-large', facts: { maxBytes: 150_000 } };
      const options = { maxBytes: 150_000 };
      let taken = 0;
      function* endless() {
        for (; ; taken += 1) yield patterned(64 * 1024);
      }
      await expect(store.put('a', Readable.from(endless()), options)).rejects.toMatchObject(refusal);
      await expect(store.putByContent(keyFor, Readable.from(endless()), options)).rejects.toMatchObject(
        refusal,
      );
      await expect(store.put('a', patterned(150_001), options)).rejects.toMatchObject(refusal);
      expect(taken).toBeLessThan(50);
      expect(await store.stat('a')).toBeUndefined();
      expect(await leftovers()).toEqual([]);
      expect(await store.put('a', patterned(150_000), options)).toMatchObject({ bytes: 150_000 });
    });

    test('refuses to read more than maxBytes into memory', async () => {
      const { store } = await open();
      await store.put('a', patterned(1_001));
      await expect(store.getBytes('a', { maxBytes: 1_000 })).rejects.toMatchObject({
        code: 'asset-too-large',
      });
    });

    test('hands on what broke the source, and keeps nothing', async () => {
      const { store, leftovers } = await open();
      const hungUp = Object.assign(new Error('the client hung up'), { code: 'ENOSPC' });
      async function* broken() {
        yield patterned(100_000);
        throw hungUp;
      }
      await expect(store.put('a', Readable.from(broken()))).rejects.toBe(hungUp);
      await expect(store.putByContent(keyFor, Readable.from(broken()))).rejects.toBe(hungUp);
      expect(await store.stat('a')).toBeUndefined();
      expect(await leftovers()).toEqual([]);
    });

    test('stops with the reason of an abort, also when the source is silent', async () => {
      const { store, leftovers } = await open();
      const reason = new Error('the job was cancelled');
      for (const put of [
        (source: Readable, signal: AbortSignal) => store.put('a', source, { signal }),
        (source: Readable, signal: AbortSignal) => store.putByContent(keyFor, source, { signal }),
      ]) {
        const controller = new AbortController();
        const { source, sent } = stuckSource(patterned(100_000));
        const putting = put(source, controller.signal);
        await sent;
        controller.abort(reason);
        await expect(putting).rejects.toBe(reason);
        expect(source.destroyed).toBe(true);
      }
      const signal = AbortSignal.abort(reason);
      await expect(store.put('a', Buffer.from('x'), { signal })).rejects.toBe(reason);
      await expect(store.get('a', { signal })).rejects.toBe(reason);
      expect(await store.stat('a')).toBeUndefined();
      expect(await leftovers()).toEqual([]);
    });

    test('stops reading with the reason of an abort', async () => {
      const { store } = await open();
      await store.put('a', patterned(8_000_000));
      const controller = new AbortController();
      const stream = await store.get('a', { signal: controller.signal });
      const reason = new Error('the job was cancelled');
      const reading = (async () => {
        for await (const _ of stream) controller.abort(reason);
      })();
      await expect(reading).rejects.toBe(reason);
    });

    test('says that a blob is missing', async () => {
      const { store } = await open();
      const absence = { code: 'asset-missing' };
      await store.put('work/step_1/a', Buffer.from('x'));
      for (const key of ['nowhere', 'work/step_1/b', 'work/step_1/a/b', 'work/step_1']) {
        await expect(store.get(key)).rejects.toMatchObject(absence);
        await expect(store.getBytes(key, { maxBytes: 9 })).rejects.toMatchObject(absence);
        expect(await store.stat(key)).toBeUndefined();
      }
    });

    test('deletes one blob, and twice is no error', async () => {
      const { store } = await open();
      await store.put('work/s/a', Buffer.from('x'));
      await store.delete('work/s/a');
      await store.delete('work/s/a');
      expect(await store.stat('work/s/a')).toBeUndefined();
    });

    test('deletes all below a prefix and nothing beside it', async () => {
      const { store } = await open();
      const inside = Array.from({ length: 8 }, (_, index) => `work/step_1/part-${index}`);
      for (const key of [...inside, 'work/step_10/a', 'other/a']) await store.put(key, Buffer.from(key));
      await store.deletePrefix('work/step_1/');
      await store.deletePrefix('work/step_1/');
      expect(await Promise.all(inside.map((key) => store.stat(key)))).toEqual(inside.map(() => undefined));
      expect(await store.stat('work/step_10/a')).toBeDefined();
      expect(await store.stat('other/a')).toBeDefined();
      await expect(store.deletePrefix('work')).rejects.toMatchObject({ code: 'internal' });
      await expect(store.deletePrefix('/')).rejects.toMatchObject({ code: 'internal' });
    });

    test.each([
      '',
      '/',
      '/etc/passwd',
      '../a',
      'a/../../b',
      'a/./b',
      'a//b',
      'a/',
      '.hidden',
      'a/.b',
      'a\\b',
      'a b',
      'ä',
      'a\0b',
      'a%2fb',
      'C:/a',
      'x'.repeat(200),
      `${'x/'.repeat(400)}x`,
    ])('refuses the key %j everywhere', async (key) => {
      const { store } = await open();
      const refusal = { code: 'internal', message: expect.stringContaining('Not a storage key') };
      await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject(refusal);
      await expect(store.putByContent(() => key, inChunks(Buffer.from('x')))).rejects.toMatchObject(refusal);
      await expect(store.get(key)).rejects.toMatchObject(refusal);
      await expect(store.getBytes(key, { maxBytes: 1 })).rejects.toMatchObject(refusal);
      await expect(store.stat(key)).rejects.toMatchObject(refusal);
      await expect(store.delete(key)).rejects.toMatchObject(refusal);
    });

    test('passes its own check', async () => {
      const { store, leftovers } = await open();
      await store.check();
      expect(await leftovers()).toEqual([]);
    });
  });
}
