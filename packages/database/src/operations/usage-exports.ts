/** The outbox of usage: who takes what to the billing service, and what becomes of it. */
import {
  type ErrorRecord,
  type MeterEvent,
  PressroomError,
  type UsageMeterName,
  usageExportMachine,
} from '@pressroom/domain';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { allowedFrom, targetOf, textArray } from '../guard.ts';
import { usageExports } from '../schema.ts';

export type UsageExportRow = typeof usageExports.$inferSelect;

export interface ClaimedExport extends MeterEvent {
  /** This attempt included. */
  readonly attempts: number;
  /** Undefined for the first attempt. */
  readonly firstSentAt: Date | undefined;
}

/**
 * The next ones that are due, longest due first. They are nobody else's until `leaseMs` are over, and it is written down that they are
 * being sent before they are: after a crash it is known that they may have come.
 */
export async function claimUsageExports(
  executor: Executor,
  {
    meters,
    leaseMs,
    limit,
  }: { readonly meters: readonly UsageMeterName[]; readonly leaseMs: number; readonly limit: number },
): Promise<readonly ClaimedExport[]> {
  const { rows } = await executor.execute<{
    id: string;
    meter: UsageMeterName;
    customer_id: string;
    value: string;
    used_at: string;
    attempts: number;
    sent_before: string | null;
  }>(sql`
    with due as (
      select id, first_sent_at as sent_before from usage_exports
      where status = any(${allowedFrom(usageExportMachine, 'send')}) and retry_at <= now() and meter = any(${textArray(meters)})
      order by retry_at limit ${limit} for update skip locked
    )
    update usage_exports export set attempts = export.attempts + 1, first_sent_at = coalesce(export.first_sent_at, now()),
      retry_at = now() + ${leaseMs} * interval '1 millisecond'
    from due where export.id = due.id
    returning export.id, export.meter, export.customer_id, export.value, export.used_at, export.attempts, due.sent_before`);
  return rows.map((row) => ({
    id: row.id,
    meter: row.meter,
    customerId: row.customer_id,
    value: Number(row.value),
    at: new Date(row.used_at),
    attempts: row.attempts,
    firstSentAt: row.sent_before === null ? undefined : new Date(row.sent_before),
  }));
}

export async function endUsageExport(
  executor: Executor,
  id: string,
  end: { readonly event: 'send' } | { readonly event: 'park'; readonly error: ErrorRecord },
): Promise<void> {
  const error = end.event === 'park' ? end.error : undefined;
  await executor.execute(sql`
    update usage_exports set status = ${targetOf(usageExportMachine, end.event)}, settled_at = now(), error_code = ${error?.code ?? null},
      error_message = ${error?.message ?? null}
    where id = ${id} and status = any(${allowedFrom(usageExportMachine, end.event)})`);
}

/** It stays pending. `unsent`: it has surely not come, as if this attempt had never been. */
export async function postponeUsageExport(
  executor: Executor,
  id: string,
  {
    delayMs,
    error,
    unsent,
  }: { readonly delayMs: number; readonly error: ErrorRecord | undefined; readonly unsent: boolean },
): Promise<void> {
  await executor.execute(sql`
    update usage_exports set retry_at = now() + ${delayMs} * interval '1 millisecond', error_code = ${error?.code ?? null},
      error_message = ${error?.message ?? null}, attempts = attempts - ${unsent ? 1 : 0},
      first_sent_at = case when ${unsent} and attempts = 1 then null else first_sent_at end
    where id = ${id} and status = any(${allowedFrom(usageExportMachine, 'send')})`);
}

/** In the order of their ids, which means nothing. */
export async function listParkedExports(
  executor: Executor,
  { afterId, limit }: { readonly afterId?: string | undefined; readonly limit: number },
): Promise<readonly UsageExportRow[]> {
  return await executor
    .select()
    .from(usageExports)
    .where(
      and(
        eq(usageExports.status, 'parked'),
        afterId === undefined ? undefined : gt(usageExports.id, afterId),
      ),
    )
    .orderBy(asc(usageExports.id))
    .limit(limit);
}

/**
 * Sends it again, as if it had never been sent.
 *
 * @throws PressroomError `not-found`, `usage-export-not-parked`
 */
export async function replayUsageExport(executor: Executor, id: string): Promise<UsageExportRow> {
  const { rowCount } = await executor.execute(sql`
    update usage_exports set status = ${targetOf(usageExportMachine, 'replay')}, settled_at = null, retry_at = now(), attempts = 0,
      first_sent_at = null
    where id = ${id} and status = any(${allowedFrom(usageExportMachine, 'replay')})`);
  const [row] = await executor.select().from(usageExports).where(eq(usageExports.id, id));
  if (row === undefined) throw new PressroomError('not-found', `There is no piece of usage ${id}`);
  if (rowCount !== 1) {
    throw new PressroomError('usage-export-not-parked', `Usage ${id} is ${row.status}`, {
      facts: { status: row.status },
    });
  }
  return row;
}

/** How many there are of those that matter to an operator. */
export async function countUsageExports(
  executor: Executor,
): Promise<{ readonly pending: number; readonly parked: number }> {
  const { rows } = await executor.execute<{ pending: string; parked: string }>(sql`
    select (select count(*) from usage_exports where status = 'pending') as pending,
      (select count(*) from usage_exports where status = 'parked') as parked`);
  return { pending: Number(rows[0]?.pending ?? 0), parked: Number(rows[0]?.parked ?? 0) };
}

/** What was sent long ago: the billing service has it. */
export async function deleteSentExports(
  executor: Executor,
  { olderThanSeconds, limit }: { readonly olderThanSeconds: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await executor.execute(sql`
    delete from usage_exports where id = any(array(select id from usage_exports where status = 'sent'
      and settled_at < now() - ${olderThanSeconds} * interval '1 second' limit ${limit}))`);
  return rowCount ?? 0;
}
