import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase } from '@pressroom/testing';
import pg from 'pg';
import { migrateDatabase } from '../src/index.ts';

let url: string;
let client: pg.Client;

beforeEach(async () => {
  ({ url } = await createTestDatabase({ template: { name: 'database_package', prepare: migrateDatabase } }));
  client = new pg.Client({ connectionString: url });
  await client.connect();
});

afterEach(async () => {
  await client.end();
});

test('replaces the functions of an older build when the database is brought up to date', async () => {
  await breakFunction();
  await client.query(`update sql_functions set hash = 'of an older build'`);
  await migrateDatabase(url);
  expect(await appendsEvents()).toBe(true);
});

test('leaves the functions of a newer build alone, so that an older process may still start beside it', async () => {
  await breakFunction();
  await client.query(
    `update sql_functions set hash = 'of a newer build', migration = migration + 1 returning migration`,
  );
  await migrateDatabase(url);
  expect(await appendsEvents()).toBe(false);
});

test('keeps what is there when nothing has changed', async () => {
  const before = await client.query(`select xmin from sql_functions`);
  await migrateDatabase(url);
  expect((await client.query(`select xmin from sql_functions`)).rows).toEqual(before.rows);
});

async function breakFunction(): Promise<void> {
  await client.query(
    `create or replace function append_job_event(p_job_id text, p_type text, p_data jsonb) returns integer
     language sql as $$ select -1 $$`,
  );
}

async function appendsEvents(): Promise<boolean> {
  const { rows } = await client.query<{ body: string }>(
    `select prosrc as body from pg_proc where proname = 'append_job_event'`,
  );
  return rows[0]?.body.includes('job_events') === true;
}
