import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { repositoryRoot } from '@pressroom/testing';
import type { ChaosStand } from './chaos-stand.ts';
import { countCalls, findViolations, type ModelCalls, orphanedFiles } from './find-violations.ts';
import { describeFault, type Fault, type RunPlan } from './run-plan.ts';
import { strikeFaults } from './strike-faults.ts';
import { Customer, cancelPlanned, type SubmittedJob, submitPlanned } from './workload.ts';

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
const settleLimitMs = 60_000;

/** One run on a stand that is warm: faults and work, then healing, then the promises. */
export async function runChaos(stand: ChaosStand, plan: RunPlan): Promise<ChaosResult> {
  const { system, gemini } = stand;
  const begun = performance.now();
  const timeline: string[] = [];
  const tell = (line: string): void => void timeline.push(line);
  await system.ready();
  const logBefore = system.log().length;
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
      return job;
    }),
  );
  work.catch(() => {});
  await strikeFaults(stand, plan.faults, tell);
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
        const job = await customer.insist(
          (client, signal) => client.waitForJob(jobId, { signal }),
          until.signal,
          settleLimitMs,
        );
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
  const calls = countCalls(gemini.calls.slice(callsBefore), submitted);
  const excuses = countExcuses(plan);
  if (calls.boughtAgain.length > excuses)
    violations.push(
      `${calls.boughtAgain.length} pictures were bought again, and ${excuses} faults may have cost one: ${calls.boughtAgain.join('; ')}`,
    );
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
      : await keepEvidence(result, timeline, system.log().slice(logBefore), orphans);
  return { ...result, folder };
}

/**
 * Faults that may strike between the model's answer and its storing: each may cost one call for each picture that is being made,
 * and a process makes two at a time. A full disk may cost every picture: no answer can be kept then. The exact places are
 * tested one by one in `fault-points.test.ts`.
 */
function countExcuses(plan: RunPlan): number {
  const atOnce = 4;
  const kinds: readonly Fault['kind'][] = ['restart-postgres', 'restart-redis', 'lose-queue'];
  const mayCost = (fault: Fault): boolean => {
    if ('process' in fault) return fault.process.startsWith('generate');
    return fault.kind === 'link' ? fault.link !== 'client' : kinds.includes(fault.kind);
  };
  if (plan.faults.some(({ kind }) => kind === 'disk-full')) return Number.POSITIVE_INFINITY;
  return atOnce * plan.faults.filter(mayCost).length;
}

async function keepEvidence(
  result: Omit<ChaosResult, 'folder'>,
  timeline: readonly string[],
  log: string,
  orphans: readonly string[],
): Promise<string> {
  const { plan } = result;
  const folder = join(repositoryRoot(), 'chaos-results', `${plan.backend}-${plan.seed}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'result.json'), JSON.stringify(result, undefined, 2));
  await writeFile(
    join(folder, 'timeline.txt'),
    [...plan.faults.map(describeFault), '', ...timeline, '', ...orphans, ''].join('\n'),
  );
  await writeFile(join(folder, 'processes.txt'), log);
  return folder;
}
