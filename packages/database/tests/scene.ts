/** What the tests of this package stand on: a database of their own, an account, jobs, and steps that are driven by hand. */
import {
  type DispatchStore,
  type ErrorRecord,
  type IdSource,
  type OnItemFailure,
  pictureBook,
  priceOf,
  type StepLease,
  type StepStore,
  type StepTicket,
  silentLog,
} from '@pressroom/domain';
import { createTestDatabase, sequentialIds } from '@pressroom/testing';
import pg from 'pg';
import {
  changeCredits,
  createDispatchStore,
  createEventHints,
  createStepStore,
  type Database,
  type EventHints,
  insertAccount,
  insertAsset,
  listSteps,
  migrateDatabase,
  openDatabase,
  type StepRow,
  type Submission,
  submitJob,
} from '../src/index.ts';

export const failure: ErrorRecord = { code: 'image-corrupt', message: 'cut off' };
export const limits = { windowFlows: 1_000, accountWindowFlows: 1_000, batch: 100, leaseMs: 60_000 };
export const accountId = 'acct_main';

export interface Scene {
  readonly url: string;
  /** Not through a pooler. */
  readonly directUrl: string;
  readonly database: Database;
  readonly hints: EventHints;
  readonly steps: StepStore;
  readonly dispatch: DispatchStore;
  readonly ids: IdSource;
  /** Plain SQL, past all code. */
  sql<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** An account with `credits` that owns the pictures `asset_0` to `asset_9`. */
export async function openScene(options: { credits?: number; poolSize?: number } = {}): Promise<Scene> {
  const { url, directUrl } = await createTestDatabase({
    template: { name: 'database_package', prepare: migrateDatabase },
  });
  const database = openDatabase({
    url,
    poolSize: options.poolSize ?? 12,
    log: silentLog,
    applicationName: 'database-tests',
  });
  const direct = new pg.Pool({ connectionString: directUrl, max: 2 });
  const hints = createEventHints(database, silentLog);
  const scene: Scene = {
    url,
    directUrl,
    database,
    hints,
    ids: sequentialIds(),
    steps: createStepStore(database, hints),
    dispatch: createDispatchStore(database, hints),
    sql: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await direct.query(text, [...values])).rows as Row[],
    close: async () => {
      await hints.flush();
      await database.close();
      await direct.end();
    },
  };
  await openAccount(scene, accountId, options.credits ?? 1_000);
  for (let index = 0; index < 10; index += 1) await addAsset(scene, `asset_${index}`);
  return scene;
}

export async function openAccount(scene: Scene, id: string, credits: number): Promise<void> {
  await insertAccount(scene.database.executor, { id, name: id });
  if (credits > 0)
    await changeCredits(scene.database.executor, {
      accountId: id,
      kind: 'grant',
      amount: credits,
      reason: 'a start',
    });
}

export async function addAsset(
  scene: Scene,
  id: string,
  owner = accountId,
  mediaType = 'image/png',
): Promise<void> {
  await insertAsset(scene.database.executor, {
    id,
    accountId: owner,
    role: 'original',
    storageKey: `accounts/${owner}/${id}`,
    mediaType,
    bytes: 1,
    sha256: '0'.repeat(64),
  });
}

export function submission(
  change: Partial<Submission> & { photos?: number; assetIds?: readonly string[] } = {},
): Submission {
  const { photos = 2, assetIds, ...rest } = change;
  const input = pictureBook.inputSchema.parse({
    photos: (assetIds ?? Array.from({ length: photos }, (_, index) => `asset_${index}`)).map((assetId) => ({
      assetId,
    })),
    style: 'poster',
    title: 'A book',
  });
  return {
    accountId,
    kind: 'picture-book',
    input,
    plan: pictureBook.plan(input),
    assets: pictureBook.assets(input),
    onItemFailure: 'fail',
    priority: 0,
    metadata: {},
    ...rest,
  };
}

export interface RunningJob {
  readonly jobId: string;
  readonly price: number;
  ticket(key: string): StepTicket;
  step(key: string): Promise<StepRow>;
}

/** A job that is admitted at generation 1; nothing of it has been claimed. */
export async function runningJob(
  scene: Scene,
  options: { photos?: number; onItemFailure?: OnItemFailure; accountId?: string } = {},
): Promise<RunningJob> {
  const wanted = submission(options);
  const { jobId } = await submitJob(scene.database, scene.ids, wanted);
  await scene.dispatch.claim(limits);
  await scene.dispatch.confirm(jobId, 1);
  const idOf = new Map((await listSteps(scene.database.executor, [jobId])).map((row) => [row.key, row.id]));
  const idOfKey = (key: string): string => {
    const id = idOf.get(key);
    if (id === undefined) throw new Error(`no step ${key}`);
    return id;
  };
  return {
    jobId,
    price: priceOf(wanted.plan),
    ticket: (key) => ({ stepId: idOfKey(key), jobId, generation: 1 }),
    step: async (key) => {
      const row = (await listSteps(scene.database.executor, [jobId])).find((step) => step.key === key);
      if (row === undefined) throw new Error(`no step ${key}`);
      return row;
    },
  };
}

/** Claims the step, which must be free. */
export async function claimed(scene: Scene, ticket: StepTicket): Promise<StepLease> {
  const outcome = await scene.steps.claim(ticket, 'worker_1');
  if (outcome.kind !== 'claimed') throw new Error(`not claimed: ${outcome.kind}`);
  return { stepId: ticket.stepId, jobId: ticket.jobId, fence: outcome.step.fence };
}

/** Claims and finishes these steps, one after the other. */
export async function finish(scene: Scene, job: RunningJob, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const lease = await claimed(scene, job.ticket(key));
    if (!(await scene.steps.succeed(lease, { output: { of: key }, assets: [] })))
      throw new Error(`${key} could not be finished`);
  }
}

/** Every invariant of the record that must hold at any moment, for the whole database; returns what is broken. */
export async function brokenInvariants(scene: Scene): Promise<string[]> {
  const checks: Record<string, string> = {
    'a balance is not the sum of its entries': `select a.id from accounts a left join credit_entries e on e.account_id = a.id
      group by a.id having a.balance <> coalesce(sum(e.delta), 0)`,
    'an entry does not follow from the one before it': `select id::text from (
      select id, balance_after, delta + coalesce(lag(balance_after) over (partition by account_id order by id), 0) as expected
      from credit_entries) entry where balance_after <> expected`,
    'a balance is below zero': `select id from accounts where balance < 0`,
    'a round that is over has not exactly hold, capture and refund, or the one that runs not exactly its hold': `
      select j.id from jobs j cross join lateral generate_series(1, j.round) as r(round)
      where (select array_agg(kind order by kind) from credit_entries e where e.job_id = j.id and e.round = r.round)
        is distinct from case when r.round < j.round or settled_at is not null then array['capture','hold','refund'] else array['hold'] end`,
    'there is a ledger of a round that never was': `select j.id from jobs j join credit_entries e on e.job_id = j.id
      where e.round not between 1 and j.round`,
    'capture and refund are not the hold': `select job_id as id from credit_entries where job_id is not null group by job_id, round
      having count(*) filter (where kind = 'refund') > 0
        and sum(amount) filter (where kind = 'hold') <> sum(amount) filter (where kind in ('capture', 'refund'))`,
    'a round holds something else than the one before gave back': `select e.job_id as id from credit_entries e
      join credit_entries before on before.job_id = e.job_id and before.round = e.round - 1 and before.kind = 'refund'
      where e.kind = 'hold' and e.amount <> before.amount`,
    'the first round does not hold the price': `select j.id from jobs j join credit_entries e on e.job_id = j.id
      where e.kind = 'hold' and e.round = 1 and e.amount <> j.price`,
    'the ledger and the job disagree': `select j.id from jobs j where settled_at is not null and (captured, refunded) is distinct from (
      (select sum(amount) from credit_entries e where e.job_id = j.id and kind = 'capture'),
      (select amount::bigint from credit_entries e where e.job_id = j.id and kind = 'refund' and e.round = j.round))`,
    'what was captured was not delivered': `select j.id from jobs j where settled_at is not null and captured <>
      case status when 'succeeded' then (select sum(credits) from steps s where s.job_id = j.id and s.status = 'succeeded')
        else captured_before end`,
    'something was captured, and nothing can be read': `select id from jobs where captured_before > 0 and output is null`,
    'a step has failed without a dead letter, or has one that is open without having failed': `select s.id from steps s where
      (s.status = 'failed')::int <> (select count(*) from dead_letters d where d.step_id = s.id and d.replayed_at is null)`,
    'a settled job has an unsettled step': `select j.id from jobs j join steps s on s.job_id = j.id
      where j.settled_at is not null and s.settled_at is null`,
    'a step has settled before a child of it': `select s.id from steps s join steps c on c.parent_id = s.id
      where s.status = 'succeeded' and c.settled_at is null`,
    'a job has succeeded without its root': `select j.id from jobs j join steps s on s.job_id = j.id and s.parent_id is null
      where (j.status = 'succeeded') <> (s.status = 'succeeded')`,
    'an event is missing or came twice': `select j.id from jobs j where last_event_sequence <>
      (select count(*) from job_events e where e.job_id = j.id) or last_event_sequence <>
      (select coalesce(max(sequence), 0) from job_events e where e.job_id = j.id)`,
    'a round was not ended by exactly one event, its last': `select j.id from jobs j where
      (select count(*) from job_events e where e.job_id = j.id and type in ('job.succeeded','job.failed','job.cancelled'))
        <> j.round - (settled_at is null)::int
      or (settled_at is not null) <> exists (select from job_events e where e.job_id = j.id and sequence = last_event_sequence
        and type in ('job.succeeded','job.failed','job.cancelled'))`,
    'a step succeeded in the events another number of times than in the record': `select s.id from steps s where s.fence > 0 and
      (select type = 'step.succeeded' from job_events e where e.job_id = s.job_id and data->>'stepId' = s.id
        and type in ('step.started', 'step.succeeded', 'step.failed', 'step.skipped') order by sequence desc limit 1)
      <> (s.status = 'succeeded') and not exists (select from job_events e where e.job_id = s.job_id and type = 'job.retried')`,
    // Behind an open breaker a step is claimed to look, and says nothing.
    'a step was started another number of times than its fence says': `select id from (
        select s.id, s.fence, count(*) filter (where type = 'step.started') as started, count(*) filter (where type = 'step.waiting') as waits
        from steps s left join job_events e on e.job_id = s.job_id and data->>'stepId' = s.id group by s.id) told
      where started > fence or (started < fence and waits = 0)`,
    'versions of a plan have a gap, or the newest is another one': `select p.id from plans p where p.latest_version <>
      (select count(*) from plan_versions v where v.plan_id = p.id) or p.latest_version <>
      (select coalesce(max(version), 0) from plan_versions v where v.plan_id = p.id)`,
    'a version and its job disagree': `select v.plan_id as id from plan_versions v join jobs j on j.id = v.job_id
      where j.status <> 'succeeded' or (j.plan_id, j.plan_version) is distinct from (v.plan_id, v.version)`,
    'an asset was left by a step that did not succeed': `select a.id from assets a join steps s on s.id = a.step_id where
      not exists (select from job_events e where e.job_id = s.job_id and type = 'step.succeeded' and data->>'stepId' = s.id)`,
  };
  const broken: string[] = [];
  for (const [name, query] of Object.entries(checks)) {
    const rows = await scene.sql<{ id: string }>(query);
    for (const row of rows) broken.push(`${name}: ${row.id}`);
  }
  return broken;
}
