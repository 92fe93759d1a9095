import pg from 'pg';

export interface Backlog {
  readonly accounts: number;
  readonly jobs: number;
}

/**
 * As many waiting jobs of one step each, with the keys and lanes that as many submissions on an idle system leave: the nth job of an
 * account starts where the one before it ends. Past all checks and triggers, and without events and ledger, which no claim
 * reads: a million submissions would take an hour.
 */
export async function fillBacklog(databaseUrl: string, { accounts, jobs }: Backlog): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Foreign keys are triggers: the rows are made to fit.
    await client.query('set session_replication_role = replica');
    await client.query(`set synchronous_commit = off`);
    await client.query(
      `insert into accounts (id, name, balance)
       select 'acct_' || lpad(n::text, 6, '0'), 'bench', 1000000 from generate_series(0, $1::integer - 1) n`,
      [accounts],
    );
    // Round by round, as accounts that submit beside each other do.
    await client.query(
      `insert into jobs (id, account_id, kind, input, on_item_failure, price, fair_key, queued_at, last_event_sequence)
       select 'job_' || lpad(n::text, 9, '0'), 'acct_' || lpad((n % $1::integer)::text, 6, '0'), 'picture-book', '{}', 'fail', 1,
         n / $1::integer, now(), 1
       from generate_series(0, $2::integer - 1) n`,
      [accounts, jobs],
    );
    await client.query(
      `insert into account_lanes (account_id, priority, head_key)
       select account_id, 0, min(fair_key) from jobs group by account_id`,
    );
    await client.query(
      `insert into steps (id, job_id, key, position, handler, worker, credits, input)
       select 'step_' || id, id, 'book', 0, 'render-picture-book', 'pdf', 1, '{}' from jobs`,
    );
    await client.query('set session_replication_role = origin');
    await client.query('vacuum (analyze) jobs, steps, account_lanes, accounts');
    // What was written above would else be written to disk while the claims are measured.
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
