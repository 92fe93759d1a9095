/** What section 4 of the design promises, looked for in the record, the store, the queue and the provider's own list of calls. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { countQueues } from '@pressroom/queue';
import { eventually } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import type pg from 'pg';
import type { ChaosStand } from './chaos-stand.ts';
import { withClient } from './settled-job.ts';
import type { SubmittedJob } from './workload.ts';

const run = promisify(execFile);

/** What is looked at. */
export type Inspected = Pick<ChaosStand, 'databaseUrl' | 'queues'> & {
  readonly system: Pick<ChaosStand['system'], 'folder'>;
};
export type Known = Pick<SubmittedJob, 'jobId' | 'prompt'>;

/** One sentence for each broken promise; none when all held. The queue has `queueMs` milliseconds to become empty. */
export async function findViolations(
  stand: Inspected,
  accountIds: readonly string[],
  submitted: readonly Known[],
  queueMs = 15_000,
): Promise<readonly string[]> {
  const inRecord = await withClient(stand.databaseUrl, async (client) => [
    ...(await unkept(client, accountIds, submitted)),
    ...(await brokenRows(client, accountIds)),
    ...(await brokenBooks(client, stand, accountIds)),
    ...(await lostFiles(client, stand, accountIds)),
  ]);
  return [...inRecord, ...(await leftInQueue(stand, queueMs))];
}

/** Accepted means kept, and a request that is sent again is the same job (invariant 2). */
async function unkept(
  client: pg.Client,
  accountIds: readonly string[],
  submitted: readonly Known[],
): Promise<string[]> {
  const jobs = await client.query<{ id: string; status: string; settled: boolean }>(
    'select id, status, settled_at is not null as settled from jobs where account_id = any($1)',
    [accountIds],
  );
  const kept = new Set(jobs.rows.map(({ id }) => id));
  const acknowledged = new Set(submitted.map(({ jobId }) => jobId));
  return [
    ...[...acknowledged].filter((id) => !kept.has(id)).map((id) => `${id} was accepted and is not kept`),
    ...[...kept].filter((id) => !acknowledged.has(id)).map((id) => `${id} is a second job of one request`),
    ...jobs.rows.filter(({ settled }) => !settled).map(({ id, status }) => `${id} never settled: ${status}`),
  ];
}

/** Each row that a query finds is a violation. */
const rowChecks: Readonly<Record<string, string>> = {
  'does not have one hold, one capture and one refund in each of its rounds': `
    select job.id from jobs job cross join generate_series(1, job.round) as this(round)
      left join credit_entries entry on entry.job_id = job.id and entry.round = this.round
    where job.account_id = any($1) group by job.id, this.round
    having array_agg(entry.kind order by entry.kind) is distinct from array['capture', 'hold', 'refund']`,
  'has a hold that is not capture plus refund': `
    select job.id from jobs job join credit_entries entry on entry.job_id = job.id where job.account_id = any($1)
    group by job.id, entry.round having sum(case entry.kind when 'hold' then entry.amount else -entry.amount end) <> 0`,
  'captured something else than what its finished steps cost': `
    select job.id from jobs job where account_id = any($1) and settled_at is not null and captured <> case status when 'succeeded'
      then (select coalesce(sum(credits), 0) from steps where job_id = job.id and status = 'succeeded') else captured_before end`,
  'has a balance that is not the sum of its entries': `
    select account.id from accounts account where id = any($1)
      and balance <> (select coalesce(sum(delta), 0) from credit_entries where account_id = account.id)`,
  'has sums of usage that are not those of its calls': `
    select account.id from accounts account where id = any($1) and exists (select from (
        select usage_month(ended_at) as month, provider, model, count(*) filter (where outcome <> 'saved') as calls,
          count(*) filter (where outcome = 'saved') as saved, coalesce(sum(input_tokens + output_tokens), 0) as tokens,
          sum(pictures) as pictures, coalesce(sum(micros), 0) as micros
        from provider_calls where account_id = account.id and outcome <> 'running' group by 1, 2, 3) made
      full join (select month, provider, model, calls, saved, input_tokens + output_tokens as tokens, pictures, micros from usage_months
        where account_id = account.id) counted using (month, provider, model)
      where (coalesce(made.calls, 0), coalesce(made.saved, 0), coalesce(made.tokens, 0), coalesce(made.pictures, 0), coalesce(made.micros, 0))
        is distinct from (counted.calls, counted.saved, counted.tokens, counted.pictures, counted.micros))`,
  'has gaps in its events': `
    select job.id from jobs job join job_events event on event.job_id = job.id where account_id = any($1)
    group by job.id, job.last_event_sequence
    having count(*) <> max(event.sequence) or max(event.sequence) <> job.last_event_sequence`,
  'tells the end of a step or of itself twice in one round': `
    select job_id as id from (select event.*, count(*) filter (where type = 'job.retried')
        over (partition by job_id order by sequence) as round
      from job_events event join jobs job on job.id = event.job_id where account_id = any($1)) as told
    where type ~ '^job\\.(succeeded|failed|cancelled)$|^step\\.(succeeded|failed|skipped)$'
    group by job_id, round, type, data ->> 'stepId' having count(*) > 1`,
  'is a failed step that left no dead letter': `
    select step.id from steps step join jobs job on job.id = step.job_id where account_id = any($1) and step.status = 'failed'
      and not exists (select from dead_letters where step_id = step.id and replayed_at is null)`,
  'is an unfinished step of a settled job': `
    select step.id from steps step join jobs job on job.id = step.job_id
    where account_id = any($1) and job.settled_at is not null and step.settled_at is null`,
  'is an asset of a step that did not succeed': `
    select asset.id from assets asset join steps step on step.id = asset.step_id
    where asset.account_id = any($1) and step.status <> 'succeeded'`,
  'is an asset that its step made twice': `
    select min(asset.id) as id from assets asset where asset.account_id = any($1) and step_id is not null
    group by step_id, role having count(*) > 1`,
};

async function brokenRows(client: pg.Client, accountIds: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const [what, query] of Object.entries(rowChecks)) {
    const { rows } = await client.query<{ id: string }>(query, [accountIds]);
    found.push(...rows.map(({ id }) => `${id} ${what}`));
  }
  return found;
}

/** Every delivered book is a valid PDF of the promised bytes, with a page for each picture, a cover and a contact sheet. */
async function brokenBooks(
  client: pg.Client,
  stand: Inspected,
  accountIds: readonly string[],
): Promise<string[]> {
  const books = await client.query<{ id: string; output: BookOutput; pictures: number }>(
    `select id, output, (select count(*)::int from steps where job_id = job.id and handler = 'generate-picture' and status = 'succeeded') as pictures
     from jobs job where account_id = any($1) and status = 'succeeded'`,
    [accountIds],
  );
  const found: string[] = [];
  for (const { id, output, pictures } of books.rows) {
    const path = join(stand.system.folder, 'assets', 'blobs', output.document.storageKey);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) {
      found.push(`${id} has delivered a document that is not in the store`);
      continue;
    }
    if (createHash('sha256').update(bytes).digest('hex') !== output.document.sha256)
      found.push(`${id} has other bytes than it says`);
    const pages = (await PDFDocument.load(bytes, { updateMetadata: false })).getPageCount();
    if (pages !== output.pages || pages < pictures + 2)
      found.push(`${id} has ${pages} pages for ${pictures} pictures and says ${output.pages}`);
    const fault = await qpdfFault(path);
    if (fault !== undefined) found.push(`${id}: ${fault}`);
  }
  return found;
}

interface BookOutput {
  readonly pages: number;
  readonly document: { readonly storageKey: string; readonly sha256: string };
}

/** Undefined where qpdf is not installed: pdf-lib has read the file by then. */
async function qpdfFault(path: string): Promise<string | undefined> {
  try {
    await run('qpdf', ['--check', path]);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (error as Error).message;
  }
}

async function lostFiles(
  client: pg.Client,
  stand: Inspected,
  accountIds: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ storage_key: string }>(
    'select distinct storage_key from assets where account_id = any($1)',
    [accountIds],
  );
  const files = await filesOfAccounts(stand, accountIds);
  return rows
    .filter(({ storage_key }) => !files.includes(storage_key))
    .map(({ storage_key }) => `${storage_key} is an asset without its file`);
}

/** Files of the accounts that no row names: a process that dies, or a job that is cancelled, after it has stored something. */
export async function orphanedFiles(
  stand: Inspected,
  accountIds: readonly string[],
): Promise<readonly string[]> {
  return await withClient(stand.databaseUrl, async (client) => {
    const { rows } = await client.query<{ storage_key: string }>(
      'select distinct storage_key from assets where account_id = any($1)',
      [accountIds],
    );
    const known = new Set(rows.map((row) => row.storage_key));
    return (await filesOfAccounts(stand, accountIds)).filter((file) => !known.has(file));
  });
}

async function filesOfAccounts(stand: Inspected, accountIds: readonly string[]): Promise<string[]> {
  const blobs = join(stand.system.folder, 'assets', 'blobs');
  const lists = await Promise.all(
    accountIds.map((id) =>
      readdir(join(blobs, 'accounts', id), { recursive: true, withFileTypes: true }).catch(() => []),
    ),
  );
  return lists
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => relative(blobs, join(entry.parentPath, entry.name)));
}

async function leftInQueue(stand: Inspected, queueMs: number): Promise<string[]> {
  let left: string[] = [];
  await eventually(
    async () => {
      const counts = await countQueues(stand.queues);
      left = counts
        .filter(
          ({ waiting, active, delayed, waitingChildren }) => waiting + active + delayed + waitingChildren > 0,
        )
        .map((count) => `The queue still has something: ${JSON.stringify(count)}`);
      return left.length === 0;
    },
    { deadlineMs: queueMs },
  ).catch(() => {});
  return left;
}
