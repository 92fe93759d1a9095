import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeLoopbackPort } from '@pressroom/embedded-postgres';
import { startProcess } from '../process/start-process.ts';
import { findProgram } from '../programs/find-program.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface PgBouncerOptions {
  /** URL of the server; each of its databases is reached under its own name. */
  readonly target: string;
  /** Connections that it makes to one database; 20 when absent. */
  readonly poolSize?: number;
}

export interface PgBouncer {
  /** As the target's, with PgBouncer's address. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PgBouncer in transaction mode, before a server: of a session only its transactions last. */
export async function startPgBouncer({ target, poolSize = 20 }: PgBouncerOptions): Promise<PgBouncer> {
  const program = await findProgram({
    title: 'PgBouncer',
    names: ['pgbouncer'],
    packages: ['pgbouncer'],
    unpackedPath: 'usr/sbin/pgbouncer',
    advice: 'install pgbouncer (Debian and Ubuntu: apt-get install pgbouncer; macOS: brew install pgbouncer)',
  });
  const { path } = await temporaryFolder();
  // As root it turns into another user, who has to come to its files.
  await chmod(path, 0o755);
  const port = await freeLoopbackPort();
  const { hostname, port: serverPort, username, password } = new URL(target);
  const settings = join(path, 'pgbouncer.ini');
  const users = join(path, 'users.txt');
  const quoted = (text: string): string => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  await writeFile(users, `${quoted(username)} ${quoted(password)}\n`);
  await writeFile(
    settings,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = md5',
      `auth_file = ${users}`,
      'pool_mode = transaction',
      `default_pool_size = ${poolSize}`,
      'max_client_conn = 2000',
      // A test that ends drops its database.
      'server_idle_timeout = 10',
      ...(process.getuid?.() === 0 ? ['user = nobody'] : []),
      '',
    ].join('\n'),
  );
  const server = await startProcess({
    command: program.command,
    args: [settings],
    env: program.env,
    cwd: path,
  });
  await server.waitForLine(/process up/);
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    stop: async () => {
      await server.stop();
    },
  };
}
