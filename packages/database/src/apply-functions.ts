/**
 * The database's functions, one file each in `functions/`: unlike a table, a function is replaced as a whole, so its newest
 * text is all there is to keep. They are put in after the migrations, whenever any of them has changed.
 *
 * While a release rolls out, processes of both builds start and stop. What an older build calls must go on working: give a
 * function whose arguments change to a new overload, and drop the old one with the release after.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';

const functionsFolder = fileURLToPath(new URL('../../functions', import.meta.url));

/**
 * Call it in a transaction that holds the migration lock.
 *
 * @param migration the time of the newest migration that this build knows
 */
export async function applyFunctions(client: pg.Client, migration: number): Promise<void> {
  const text = await readFunctions();
  const hash = createHash('sha256').update(text).digest('hex');
  const applied = await client.query<{ hash: string; migration: string }>(
    'select hash, migration from sql_functions',
  );
  const [present] = applied.rows;
  if (present !== undefined && (present.hash === hash || Number(present.migration) > migration)) return;
  await client.query(text);
  await client.query(
    `insert into sql_functions (hash, migration) values ($1, $2)
     on conflict (id) do update set hash = excluded.hash, migration = excluded.migration`,
    [hash, migration],
  );
}

async function readFunctions(): Promise<string> {
  const names = (await readdir(functionsFolder)).filter((name) => name.endsWith('.sql')).sort();
  return (await Promise.all(names.map((name) => readFile(join(functionsFolder, name), 'utf8')))).join('\n');
}
