import type { ErrorCode, HandlerName } from '@pressroom/domain';
import { and, desc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { deadLetters } from '../schema.ts';

export type DeadLetterRow = typeof deadLetters.$inferSelect;

export interface DeadLetterQuery {
  readonly state?: 'open' | 'replayed' | undefined;
  readonly accountId?: string | undefined;
  readonly jobId?: string | undefined;
  readonly code?: ErrorCode | undefined;
  readonly handler?: HandlerName | undefined;
  /** Only those older than this one: ids sort by time. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function listDeadLetters(
  executor: Executor,
  query: DeadLetterQuery,
): Promise<readonly DeadLetterRow[]> {
  const { state, accountId, jobId, code, handler, beforeId } = query;
  return await executor
    .select()
    .from(deadLetters)
    .where(
      and(
        state && (state === 'open' ? isNull(deadLetters.replayedAt) : isNotNull(deadLetters.replayedAt)),
        accountId === undefined ? undefined : eq(deadLetters.accountId, accountId),
        jobId === undefined ? undefined : eq(deadLetters.jobId, jobId),
        code && sql`${deadLetters.error} ->> 'code' = ${code}`,
        handler && eq(deadLetters.handler, handler),
        beforeId === undefined ? undefined : lt(deadLetters.id, beforeId),
      ),
    )
    .orderBy(desc(deadLetters.id))
    .limit(query.limit);
}

export async function findDeadLetter(
  executor: Executor,
  deadLetterId: string,
): Promise<DeadLetterRow | undefined> {
  const [row] = await executor.select().from(deadLetters).where(eq(deadLetters.id, deadLetterId));
  return row;
}
