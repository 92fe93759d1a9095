/** What must hold for a job that has settled, read from the record itself and not from what a process says. */
import pg from 'pg';

export interface JobFacts {
  readonly status: string;
  readonly price: number;
  /** Kinds of its ledger entries, sorted. */
  readonly entries: readonly string[];
  readonly hold: number;
  readonly capture: number;
  readonly refund: number;
  /** Steps by status. */
  readonly steps: Readonly<Record<string, number>>;
  /** Events that may come once: the job's own, and each step's success. */
  readonly repeatedEvents: readonly string[];
  readonly gapFree: boolean;
}

export async function factsOfJob(databaseUrl: string, jobId: string): Promise<JobFacts> {
  return await withClient(databaseUrl, async (client) => {
    const job = await client.query<{ status: string; price: number }>(
      'select status, price from jobs where id = $1',
      [jobId],
    );
    const entries = await client.query<{ kind: 'hold' | 'capture' | 'refund'; amount: number }>(
      'select kind, amount from credit_entries where job_id = $1 order by kind',
      [jobId],
    );
    const steps = await client.query<{ status: string; count: number }>(
      'select status, count(*)::int as count from steps where job_id = $1 group by status',
      [jobId],
    );
    const events = await client.query<{ sequence: number; type: string; step: string | null }>(
      `select sequence, type, data ->> 'stepId' as step from job_events where job_id = $1 order by sequence`,
      [jobId],
    );
    const amountOf = (kind: string): number =>
      entries.rows.filter((entry) => entry.kind === kind).reduce((sum, entry) => sum + entry.amount, 0);
    const once = events.rows
      .filter(({ type }) => /^job\.|^step\.(succeeded|failed|skipped)$/.test(type))
      .map(({ type, step }) => `${type} ${step ?? ''}`);
    const found = job.rows[0];
    return {
      status: found?.status ?? 'absent',
      price: found?.price ?? 0,
      entries: entries.rows.map((entry) => entry.kind),
      hold: amountOf('hold'),
      capture: amountOf('capture'),
      refund: amountOf('refund'),
      steps: Object.fromEntries(steps.rows.map(({ status, count }) => [status, count])),
      repeatedEvents: once.filter((event, index) => once.indexOf(event) !== index),
      gapFree: events.rows.every(({ sequence }, index) => sequence === index + 1),
    };
  });
}

export async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
