import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { applyFunctions } from './apply-functions.ts';

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Any number that nothing else in this database uses. */
const migrationLock = 7_373_001;

/**
 * Brings the schema and the functions up to date. Processes that start together take turns: the migrator has no lock of its own, and without
 * one most of them fail. The lock belongs to a session, so `url` must reach PostgreSQL itself, not a pooler in
 * transaction mode.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'pressroom-migrate' });
  // A lost connection fails the statement that runs; without a listener it would also end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await migrate(drizzle({ client }), { migrationsFolder });
    await applyFunctions(client, readMigrationFiles({ migrationsFolder }).at(-1)?.folderMillis ?? 0);
  } finally {
    await client.end();
  }
}
