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
  request: KeyedRequest | undefined,
): Promise<string> {
  const jobId = request && (await findEarlierRequest(executor, accountId, request));
  if (jobId !== undefined) return jobId;
  throw reused();
}

interface KeyedRequest {
  readonly key: string;
  readonly requestHash: string;
}

/**
 * The same, where the key may be a new one: undefined then, and while the request that has it is still under way.
 *
 * @throws PressroomError `idempotency-key-reused`
 */
export async function findEarlierRequest(
  executor: Executor,
  accountId: string,
  request: KeyedRequest,
): Promise<string | undefined> {
  const [earlier] = await executor
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.accountId, accountId), eq(idempotencyKeys.key, request.key)));
  if (earlier === undefined) return undefined;
  if (earlier.requestHash === request.requestHash && earlier.jobId !== null) return earlier.jobId;
  throw reused();
}

function reused(): PressroomError {
  return new PressroomError(
    'idempotency-key-reused',
    'This Idempotency-Key was used before with a different request',
  );
}
