import { type ErrorRecord, isSettled, type JobEventName, jobMachine, stepMachine } from '@pressroom/domain';
import { type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { allowedFrom, json, targetOf } from '../guard.ts';

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
  const { output, error } = settlement;
  const result = await tx.execute<{ settled: boolean }>(sql`
    select settle_job(${jobId}, ${settlementArguments(settlement.event)}, ${output === undefined ? null : json(output)},
      ${error === undefined ? null : json(error)}) as settled`);
  return result.rows[0]?.settled === true;
}

/**
 * The transitions of a settlement, as the database's functions take them: of the job, of its steps that have not ended, and
 * the status of those whose credits are captured; nothing is captured of a job that does not succeed.
 */
function settlementArguments(event: Settlement['event']): SQL {
  const target = targetOf(jobMachine, event);
  if (!isSettled(target)) throw new Error(`'${event}' does not settle a job`);
  const delivered = target === 'succeeded' ? targetOf(stepMachine, 'succeed') : null;
  return sql`${jobTransition(event)}, ${delivered}::text`;
}

/** From and to of the job's event, then of the cancelling of its unfinished steps. */
export function jobTransition(event: Settlement['event']): SQL {
  return sql`${allowedFrom(jobMachine, event)}, ${targetOf(jobMachine, event)}, ${allowedFrom(stepMachine, 'cancel')}, ${targetOf(stepMachine, 'cancel')}`;
}
