import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { repositoryRoot } from '@pressroom/testing';
import type { ChaosStand } from './chaos-stand.ts';
import { findViolations, orphanedFiles } from './find-violations.ts';
import { explainCalls, type ModelCalls } from './model-calls.ts';
import { describeFault, type RunPlan } from './run-plan.ts';
import { withClient } from './settled-job.ts';
import { strikeFaults } from './strike-faults.ts';
import { Customer, cancelPlanned, rescuePlanned, type SubmittedJob, submitPlanned } from './workload.ts';

export interface ChaosResult {
  readonly plan: RunPlan;
  readonly violations: readonly string[];
  readonly calls: ModelCalls;
  readonly orphanedFiles: number;
  /** Jobs by how they ended. */
  readonly jobs: Readonly<Record<string, number>>;
  /** From the end of the last fault to the last job's settling. */
  readonly settleMs: number;
  readonly durationMs: number;
  /** Where the logs of a run that failed are. */
  readonly folder: string | undefined;
}

/** From the healing of all faults. Longer than any timeout that stands between a fault and its repair. */
const settleLimitMs = 90_000;

/** One run on a stand that is warm: faults and work, then healing, then the promises. */
export async function runChaos(stand: ChaosStand, plan: RunPlan): Promise<ChaosResult> {
  const { system, gemini } = stand;
  const begun = performance.now();
  const timeline: string[] = [];
  const tell = (line: string): void => void timeline.push(line);
  await system.ready();
  const since = new Date();
  const callsBefore = gemini.calls.length;
  const customers: Customer[] = [];
  for (let index = 0; index < plan.accounts; index += 1) {
    const account = await system.openAccount(`chaos ${plan.seed} ${index}`, 1_000);
    customers.push(new Customer(account, stand.clientUrls));
  }
  const accountIds = customers.map(({ account }) => account.id);
  const until = new AbortController();
  const violations: string[] = [];
  let submitted: readonly SubmittedJob[] = [];
  const work = Promise.all(
    plan.jobs.map(async (planned, index) => {
      await pause(planned.atMs);
      const customer = customers[planned.account] as Customer;
      const job = await submitPlanned(stand, customer, plan, index, until.signal);
      await cancelPlanned(customer, job, until.signal);
      const settled = await customer.settled(job.jobId, until.signal);
      if (settled.status === 'failed') await rescuePlanned(stand, customer, job, until.signal);
      return job;
    }),
  );
  work.catch(() => {});
  const struck = await strikeFaults(stand, plan.faults, tell);
  await stand.heal();
  const healed = performance.now();
  tell('healed');
  const limit = setTimeout(() => until.abort(new Error('The run took too long')), settleLimitMs);
  const states: Record<string, number> = {};
  try {
    submitted = await work;
    await Promise.all(
      submitted.map(async ({ jobId, planned }) => {
        const customer = customers[planned.account] as Customer;
        const job = await customer.settled(jobId, until.signal);
        states[job.status] = (states[job.status] ?? 0) + 1;
      }),
    );
  } catch (error) {
    violations.push(`Not all has settled: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearTimeout(limit);
  }
  const settleMs = Math.round(performance.now() - healed);
  violations.push(...(await findViolations(stand, accountIds, submitted)));
  const calls = explainCalls(
    gemini.calls.slice(callsBefore),
    submitted,
    struck,
    await countsByJob(
      stand.databaseUrl,
      accountIds,
      `select job_id as id, sum(losses)::int as count from steps where handler = 'generate-picture'`,
    ),
    await countsByJob(
      stand.databaseUrl,
      accountIds,
      `select job_id as id, count(*)::int as count from provider_calls where outcome = 'aborted'`,
    ),
  );
  for (const { explainedBy, ...again } of calls.boughtAgain) {
    if (explainedBy === undefined)
      violations.push(`A picture was bought again, and no fault cost the first: ${JSON.stringify(again)}`);
  }
  const orphans = await orphanedFiles(stand, accountIds);
  await Promise.all(customers.map((customer) => customer.close()));
  const result = {
    plan,
    violations,
    calls,
    orphanedFiles: orphans.length,
    jobs: states,
    settleMs,
    durationMs: Math.round(performance.now() - begun),
  };
  const folder =
    violations.length === 0
      ? undefined
      : await keepEvidence(result, timeline, system.log(since), [
          ...orphans,
          ...(await recordOf(stand.databaseUrl, accountIds)),
        ]);
  return { ...result, folder };
}

/** The query lacks its accounts and its grouping. */
async function countsByJob(
  databaseUrl: string,
  accountIds: readonly string[],
  query: string,
): Promise<ReadonlyMap<string, number>> {
  return await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string; count: number }>(
      `${query} and job_id in (select id from jobs where account_id = any($1)) group by job_id`,
      [accountIds],
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  });
}

async function recordOf(databaseUrl: string, accountIds: readonly string[]): Promise<string[]> {
  return await withClient(databaseUrl, async (client) => {
    const lines: string[] = [];
    for (const query of [
      'select * from jobs where account_id = any($1) order by id',
      'select step.* from steps step join jobs job on job.id = step.job_id where job.account_id = any($1) order by step.id',
      'select * from provider_calls where account_id = any($1) order by id',
      'select * from stored_results where account_id = any($1) order by call_id',
    ]) {
      const { rows } = await client.query<object>(query, [accountIds]);
      lines.push('', query, ...rows.map((row) => JSON.stringify(row)));
    }
    return lines;
  });
}

async function keepEvidence(
  result: Omit<ChaosResult, 'folder'>,
  timeline: readonly string[],
  log: string,
  facts: readonly string[],
): Promise<string> {
  const { plan } = result;
  const folder = join(repositoryRoot(), 'chaos-results', `${plan.backend}-${plan.seed}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'result.json'), JSON.stringify(result, undefined, 2));
  await writeFile(
    join(folder, 'timeline.txt'),
    [...plan.faults.map(describeFault), '', ...timeline, '', ...facts, ''].join('\n'),
  );
  await writeFile(join(folder, 'processes.txt'), log);
  return folder;
}
