import {
  type Database,
  deleteOperatorSession,
  insertOperatorLogin,
  insertOperatorSession,
  isOperatorSession,
  useOperatorLogin,
} from '@pressroom/database';
import type { Clock } from '@pressroom/domain';
import { hashSecret, isSameSecret, type SecretSource, systemSecrets } from './secrets.ts';

export interface LoginLink {
  /** Works once. */
  readonly url: string;
  readonly expiresAt: Date;
}

const loginLinkMinutes = 60;

/** A link that logs whoever opens it first in as operator, as notebooks print it at their start. */
export async function createLoginLink(
  database: Database,
  clock: Clock,
  baseUrl: string,
  secrets: SecretSource = systemSecrets,
): Promise<LoginLink> {
  const token = secrets();
  const expiresAt = new Date(clock.now().getTime() + loginLinkMinutes * 60_000);
  await insertOperatorLogin(database.executor, hashSecret(token), expiresAt);
  const url = new URL('/login', baseUrl);
  url.searchParams.set('token', token);
  return { url: url.href, expiresAt };
}

export interface OperatorSession {
  readonly secret: string;
  readonly expiresAt: Date;
}

export interface OperatorAccess {
  /** A session for a one-time token that had not been used and not expired. */
  redeem(token: string): Promise<OperatorSession | undefined>;
  /** A session for the operator's own token; never when none is set. */
  logIn(token: string): Promise<OperatorSession | undefined>;
  isToken(token: string): boolean;
  isSession(secret: string): Promise<boolean>;
  logOut(secret: string): Promise<void>;
}

export interface OperatorAccessOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly token: string | undefined;
  readonly sessionHours: number;
  readonly secrets?: SecretSource;
}

/** Who may see the operator pages. Only hashes of sessions and one-time tokens are kept. */
export function createOperatorAccess(options: OperatorAccessOptions): OperatorAccess {
  const { database, clock, token: operatorToken, secrets = systemSecrets } = options;

  async function openSession(): Promise<OperatorSession> {
    const now = clock.now();
    const session = {
      secret: secrets(),
      expiresAt: new Date(now.getTime() + options.sessionHours * 3_600_000),
    };
    await insertOperatorSession(database.executor, {
      sessionHash: hashSecret(session.secret),
      expiresAt: session.expiresAt,
      now,
    });
    return session;
  }

  const isToken = (given: string): boolean =>
    operatorToken !== undefined && isSameSecret(given, operatorToken);

  return {
    redeem: async (token) => {
      const valid = await useOperatorLogin(database.executor, hashSecret(token), clock.now());
      return valid ? await openSession() : undefined;
    },
    logIn: async (token) => (isToken(token) ? await openSession() : undefined),
    isToken,
    isSession: (secret) => isOperatorSession(database.executor, hashSecret(secret), clock.now()),
    logOut: (secret) => deleteOperatorSession(database.executor, hashSecret(secret)),
  };
}
