import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { sharedPoolerUrl, sharedServerUrl } from '../run/test-variables.ts';
import { ensureTemplate, type TestTemplate } from './test-template.ts';

export interface TestDatabaseOptions {
  /** Cloned for each database, within tens of milliseconds. Without one the database is empty. */
  readonly template?: TestTemplate;
}

export interface TestDatabase {
  /** As a user's DATABASE_URL: through the pooler where the run has one. */
  readonly url: string;
  /** The server itself. */
  readonly directUrl: string;
  readonly name: string;
  /** Optional, since the whole server goes with the run. End your pools first: connections that are left are cut. */
  drop(): Promise<void>;
}

/** A database of this test's own on the run's shared PostgreSQL. Throws what the template's `prepare` throws. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const shared = sharedServerUrl('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withClient(shared, async (client) => {
    const source =
      options.template === undefined ? 'template0' : await ensureTemplate(client, shared, options.template);
    // Copying files takes a seventh of the time that the default takes, which writes every page to the log.
    await client.query(
      `create database ${name} template ${client.escapeIdentifier(source)} strategy file_copy`,
    );
  });
  const inDatabase = (server: string): string => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    url: inDatabase(sharedPoolerUrl() ?? shared),
    directUrl: inDatabase(shared),
    name,
    drop: () =>
      withClient(
        shared,
        async (client) => void (await client.query(`drop database if exists ${name} with (force)`)),
      ),
  };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
