import type { Client } from 'pg';

export interface TestTemplate {
  /** Names the content: the same name must always mean the same `prepare`. */
  readonly name: string;
  /** Fills an empty database, e.g. runs the migrations. Called once a run, whichever test process comes first. */
  prepare(url: string): Promise<void>;
}

/** Any fixed number: keeps our locks apart from those that the code under test takes. */
const lockClass = 7_737_001;

/**
 * Makes the template unless this run has it and returns its database's name. An advisory lock lets one process prepare
 * while the others wait; a database that a killed or failing process left unfinished is made anew.
 */
export async function ensureTemplate(
  client: Client,
  shared: string,
  template: TestTemplate,
): Promise<string> {
  const name = `template_${template.name}`;
  const quoted = client.escapeIdentifier(name);
  if (await isReady(client, name)) return name;
  await client.query('select pg_advisory_lock($1, hashtext($2))', [lockClass, name]);
  try {
    if (await isReady(client, name)) return name;
    await client.query(`drop database if exists ${quoted} with (force)`);
    await client.query(`create database ${quoted} template template0`);
    const url = new URL(shared);
    url.pathname = `/${encodeURIComponent(name)}`;
    await template.prepare(url.href);
    // PostgreSQL clones only what nobody is connected to, so nobody may connect any more; a connection that `prepare`
    // left open is cut. The mark comes last: it says that all before it is done.
    await client.query(`alter database ${quoted} allow_connections false`);
    await client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
      name,
    ]);
    await client.query(`alter database ${quoted} is_template true`);
  } finally {
    await client.query('select pg_advisory_unlock($1, hashtext($2))', [lockClass, name]);
  }
  return name;
}

async function isReady(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1 and datistemplate', [
    name,
  ]);
  return rowCount === 1;
}
