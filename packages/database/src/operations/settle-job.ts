import { type ErrorRecord, isSettled, type JobEventName, jobMachine, stepMachine } from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { allowedFrom, json, targetOf } from '../guard.ts';
import { changeCredits } from '../repositories/accounts.ts';
import { appendJobEvent } from '../repositories/job-events.ts';

export interface Settlement {
  readonly event: Exclude<JobEventName, 'admit'>;
  readonly output?: object;
  readonly error?: ErrorRecord;
}

/**
 * Ends a job, once: status, ledger and event change in the caller's transaction or not at all (design, invariant 3).
 * What was delivered is captured, the rest of the hold is refunded; steps that had not ended are cancelled.
 *
 * @returns false when the job had settled before; nothing was changed then
 */
export async function settleJob(tx: Executor, jobId: string, settlement: Settlement): Promise<boolean> {
  const target = targetOf(jobMachine, settlement.event);
  if (!isSettled(target)) throw new Error(`'${settlement.event}' does not settle a job`);
  const locked = await tx.execute<{ account_id: string; price: number; kind: string }>(sql`
    select account_id, price, kind from jobs
    where id = ${jobId} and status = any(${allowedFrom(jobMachine, settlement.event)}) for no key update`);
  const job = locked.rows[0];
  if (job === undefined) return false;

  await tx.execute(sql`
    update steps set status = ${targetOf(stepMachine, 'cancel')}, settled_at = now(), claimed_by = null
    where job_id = ${jobId} and status = any(${allowedFrom(stepMachine, 'cancel')})`);
  const captured = target === 'succeeded' ? await deliveredCredits(tx, jobId) : 0;
  const refunded = job.price - captured;
  await tx.execute(sql`
    update jobs set status = ${target}, settled_at = now(), captured = ${captured}, refunded = ${refunded},
      output = ${settlement.output === undefined ? null : json(settlement.output)},
      error = ${settlement.error === undefined ? null : json(settlement.error)}
    where id = ${jobId}`);
  await appendJobEvent(tx, jobId, `job.${target as 'succeeded' | 'failed' | 'cancelled'}`, {
    captured,
    refunded,
    ...(settlement.error === undefined ? {} : { error: settlement.error }),
  });
  const entry = { accountId: job.account_id, jobId, reason: `${job.kind} ${target}` };
  await changeCredits(tx, { ...entry, kind: 'capture', amount: captured });
  await changeCredits(tx, { ...entry, kind: 'refund', amount: refunded });
  return true;
}

async function deliveredCredits(tx: Executor, jobId: string): Promise<number> {
  const result = await tx.execute<{ credits: string }>(
    sql`select coalesce(sum(credits), 0) as credits from steps where job_id = ${jobId} and status = ${targetOf(stepMachine, 'succeed')}`,
  );
  return Number(result.rows[0]?.credits);
}
