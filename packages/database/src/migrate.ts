import { fileURLToPath } from 'node:url';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import pg from 'pg';
import { applyFunctions } from './apply-functions.ts';

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Any number that nothing else in this database uses. */
const migrationLock = 7_373_001;

/**
 * Brings the schema and the functions up to date, all of it or nothing. Processes that start together take turns: the lock is the
 * transaction's own, and ends with it. So it works through a pooler in transaction mode, where drizzle's migrator, whose lock
 * would have to be the session's, does not; what it keeps in its table is read and written as it does.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const migrations = readMigrationFiles({ migrationsFolder });
  const client = new pg.Client({ connectionString: url, application_name: 'pressroom-migrate' });
  // A lost connection fails the statement that runs; without a listener it would also end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await applyMigrations(client, migrations);
    await applyFunctions(client, migrations.at(-1)?.folderMillis ?? 0);
    await client.query('commit');
  } finally {
    // What was not committed is rolled back with its connection.
    await client.end();
  }
}

async function applyMigrations(client: pg.Client, migrations: readonly MigrationMeta[]): Promise<void> {
  await client.query('create schema if not exists drizzle');
  await client.query(
    'create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  );
  const { rows } = await client.query<{ last: string | null }>(
    'select max(created_at) as last from drizzle.__drizzle_migrations',
  );
  const last = Number(rows[0]?.last ?? 0);
  for (const { sql, hash, folderMillis } of migrations.filter((each) => each.folderMillis > last)) {
    for (const statement of sql) await client.query(statement);
    await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      hash,
      folderMillis,
    ]);
  }
}
