import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createTestDatabase, createTestRedis, signal } from '../src/index.ts';

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

test('clones a template that is prepared once for callers that race', async () => {
  let prepared = 0;
  const template = {
    name: 'notes',
    prepare: async (url: string) => {
      prepared += 1;
      await ask(url, "create table note as select 'as prepared' as text");
    },
  };
  const databases = await Promise.all([1, 2, 3, 4, 5].map(() => createTestDatabase({ template })));
  expect(prepared).toBe(1);
  expect(new Set(databases.map((database) => database.url)).size).toBe(5);
  const [first, second] = databases as [(typeof databases)[0], (typeof databases)[0]];
  await ask(first.url, "update note set text = 'changed'");
  expect(await ask(second.url, 'select text from note')).toEqual([['as prepared']]);
  await Promise.all(databases.map((database) => database.drop()));
  await expect(ask(first.url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
});

test('prepares a template anew after a failure, and in spite of a connection that was left open', async () => {
  const blocked = signal<pg.Client>();
  const broken = { name: 'twice', prepare: () => Promise.reject(new Error('half way')) };
  await expect(createTestDatabase({ template: broken })).rejects.toThrow('half way');
  const leaky = {
    name: 'twice',
    prepare: async (url: string) => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {});
      await client.connect();
      await client.query('create table note as select 42 as answer');
      blocked.resolve(client);
    },
  };
  const database = await createTestDatabase({ template: leaky });
  expect(await ask(database.url, 'select answer from note')).toEqual([[42]]);
  await (await blocked.promise).end().catch(() => {});
});

test('gives each caller an empty Redis database of its own', async () => {
  const [one, two] = await Promise.all([createTestRedis(), createTestRedis()]);
  const [first, second] = [new Redis(one.url), new Redis(two.url)];
  await first.set('key', 'value');
  expect(await second.get('key')).toBeNull();
  expect(await second.dbsize()).toBe(0);
  await one.drop();
  expect(await first.get('key')).toBeNull();
  first.disconnect();
  second.disconnect();
});

test('keeps the servers apart from the terminal’s process group', async () => {
  const [[text] = []] = (await ask((await createTestDatabase()).url, 'select pg_backend_pid()')) as [
    number,
  ][];
  if (process.platform !== 'linux') return;
  const group = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
  const ours = await readFile('/proc/self/stat', 'utf8');
  expect(text).toBeGreaterThan(0);
  const [[postmaster] = []] = (await ask(
    process.env['PRESSROOM_TEST_POSTGRES_URL'] ?? '',
    "select split_part(pg_read_file('postmaster.pid'), chr(10), 1)",
  )) as [string][];
  expect(group(await readFile(`/proc/${postmaster}/stat`, 'utf8'))).not.toBe(group(ours));
});
