import { type Log, reach } from '@pressroom/domain';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema.ts';

/** A database or a transaction of it: what every repository function takes first. */
export type Executor = Pick<
  NodePgDatabase<typeof schema>,
  'select' | 'insert' | 'update' | 'delete' | 'execute'
>;

export interface Database {
  /** Runs single statements. */
  readonly executor: Executor;
  /** Runs `work` in one transaction; a throw rolls it back. */
  transaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result>;
  /** Throws when the server does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly log: Log;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Milliseconds that a statement may take; 30,000 when absent. */
  readonly statementLimitMs?: number;
}

/**
 * Opens a pool. Only unnamed statements and transactions are used, so that it works through a pooler in transaction mode.
 * Does not connect: a database that is down shows at the first statement, and the pool recovers by itself.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    query_timeout: options.statementLimitMs ?? 30_000,
    application_name: options.applicationName,
    keepAlive: true,
  });
  // Without listeners the loss of a connection would end the process: the pool listens only to those that are idle, not
  // to one that a transaction holds. Whoever holds it learns of the loss by the next statement.
  pool.on('error', (error) => options.log.warn({ err: error }, 'An idle database connection was lost'));
  pool.on('connect', (client) => client.on('error', () => {}));
  const database = drizzle({ client: pool, schema });
  return {
    executor: database,
    transaction: (work) => inTransaction(pool, work),
    check: async () => {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}

/**
 * A connection goes back to the pool only when the server has said that its transaction is over. After a statement that timed
 * out it may not be: the next user's commit would also commit what was reported as failed.
 */
async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: Executor) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let begun = false;
  try {
    return await drizzle({ client }).transaction(async (tx) => {
      begun = true;
      const result = await work(tx);
      await reach('transaction.before-commit');
      return result;
    });
  } finally {
    client.release(!begun || client.getTransactionStatus() !== 'I');
  }
}
