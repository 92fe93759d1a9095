import { createHash } from 'node:crypto';
import { canonicalJson, PressroomError } from '@pressroom/domain';
import { and, eq } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { idempotencyKeys } from '../schema.ts';

/** SHA-256 of a request, hex: the same however its keys were ordered. */
export function hashOf(request: unknown): string {
  return createHash('sha256').update(canonicalJson(request)).digest('hex');
}

/**
 * The job that this key stands for, when the request is the same.
 *
 * @throws PressroomError `idempotency-key-reused`
 */
export async function earlierRequest(
  executor: Executor,
  accountId: string,
  request: { readonly key: string; readonly requestHash: string } | undefined,
): Promise<string> {
  const [earlier] = await executor
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.accountId, accountId), eq(idempotencyKeys.key, request?.key ?? '')));
  if (earlier !== undefined && earlier.requestHash === request?.requestHash && earlier.jobId !== null) {
    return earlier.jobId;
  }
  throw new PressroomError(
    'idempotency-key-reused',
    'This Idempotency-Key was used before with a different request',
  );
}
