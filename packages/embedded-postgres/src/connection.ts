import { realpath } from 'node:fs/promises';
import pg from 'pg';
import { superuser } from './cluster.ts';

export function connectionUrl(port: number, password: string, database: string): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** Runs `work` on one connection that is closed afterwards. */
async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 30_000,
  });
  // The server may end the connection at any time; the query that runs into it rejects, and that is enough.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

export interface ServerFacts {
  readonly dataDirectory: string;
  readonly fsync: boolean;
}

/** What the server at this address serves: a port may by now belong to somebody else's. */
export async function askServer(url: string): Promise<ServerFacts> {
  return await withConnection(url, async (client) => {
    const { rows } = await client.query<{ folder: string; fsync: string }>(
      "select current_setting('data_directory') as folder, current_setting('fsync') as fsync",
    );
    const row = rows[0];
    if (row === undefined) throw new Error('PostgreSQL answered without a row');
    return { dataDirectory: await realpath(row.folder), fsync: row.fsync === 'on' };
  });
}

/** Makes the database unless it exists. */
export async function createDatabaseOnce(url: string, name: string): Promise<void> {
  await withConnection(url, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    try {
      await client.query(`create database ${client.escapeIdentifier(name)}`);
    } catch (error) {
      // Another caller was between our question and our command. 23505 is the same race seen by the catalogue's index.
      const code = (error as { code?: unknown }).code;
      if (code !== '42P04' && code !== '23505') throw error;
    }
  });
}
