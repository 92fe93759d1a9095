import { and, eq, gt, lte } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { operatorLogins, operatorSessions } from '../schema.ts';

export async function insertOperatorLogin(
  executor: Executor,
  tokenHash: string,
  expiresAt: Date,
): Promise<void> {
  await executor.insert(operatorLogins).values({ tokenHash, expiresAt });
}

/** True exactly once for each token that has not expired. */
export async function useOperatorLogin(executor: Executor, tokenHash: string, now: Date): Promise<boolean> {
  const rows = await executor
    .delete(operatorLogins)
    .where(and(eq(operatorLogins.tokenHash, tokenHash), gt(operatorLogins.expiresAt, now)))
    .returning({ tokenHash: operatorLogins.tokenHash });
  return rows.length === 1;
}

/** Also forgets sessions that have expired. */
export async function insertOperatorSession(
  executor: Executor,
  session: { sessionHash: string; expiresAt: Date; now: Date },
): Promise<void> {
  await executor.delete(operatorSessions).where(lte(operatorSessions.expiresAt, session.now));
  await executor
    .insert(operatorSessions)
    .values({ sessionHash: session.sessionHash, expiresAt: session.expiresAt });
}

export async function isOperatorSession(
  executor: Executor,
  sessionHash: string,
  now: Date,
): Promise<boolean> {
  const rows = await executor
    .select({ expiresAt: operatorSessions.expiresAt })
    .from(operatorSessions)
    .where(and(eq(operatorSessions.sessionHash, sessionHash), gt(operatorSessions.expiresAt, now)));
  return rows.length === 1;
}

export async function deleteOperatorSession(executor: Executor, sessionHash: string): Promise<void> {
  await executor.delete(operatorSessions).where(eq(operatorSessions.sessionHash, sessionHash));
}
