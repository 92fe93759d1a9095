import { type Executor, findApiKey, insertApiKey } from '@pressroom/database';
import { type IdSource, type KeyScope, PressroomError } from '@pressroom/domain';
import { hashSecret, type SecretSource, systemSecrets } from './secrets.ts';

export interface NewApiKey {
  readonly accountId: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
}

export interface CreatedApiKey {
  readonly id: string;
  /** The key itself: cannot be had again. */
  readonly key: string;
  /** Its first characters. */
  readonly hint: string;
}

/** Makes a key of 256 random bits and stores its hash. The account must exist. */
export async function createApiKey(
  executor: Executor,
  ids: IdSource,
  request: NewApiKey,
  secrets: SecretSource = systemSecrets,
): Promise<CreatedApiKey> {
  const key = `prk_${secrets()}`;
  const created = { id: ids.next('key'), key, hint: key.slice(0, 10) };
  await insertApiKey(executor, {
    id: created.id,
    accountId: request.accountId,
    name: request.name,
    secretHash: hashSecret(key),
    hint: created.hint,
    scopes: [...request.scopes],
  });
  return created;
}

/**
 * The account of the key in an `Authorization` header. Absent, malformed, unknown and revoked keys get the same answer.
 *
 * @throws PressroomError `unauthenticated`; `forbidden` when the key lacks the scope
 */
export async function authenticateKey(
  executor: Executor,
  authorization: string | undefined,
  scope: KeyScope,
): Promise<string> {
  const key = /^Bearer +(prk_[A-Za-z0-9_-]{43})$/i.exec(authorization ?? '')?.[1];
  const row = key === undefined ? undefined : await findApiKey(executor, hashSecret(key));
  if (row === undefined) {
    throw new PressroomError('unauthenticated', 'The request has no API key that is valid');
  }
  if (!row.scopes.includes(scope)) {
    throw new PressroomError('forbidden', `This key lacks the scope '${scope}'`, { facts: { scope } });
  }
  return row.accountId;
}
