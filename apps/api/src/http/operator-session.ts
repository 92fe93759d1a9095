import { PressroomError } from '@pressroom/domain';
import { parse, serialize } from 'cookie';
import type { Request } from 'express';
import type { OperatorAccess, OperatorSession } from '../services/operator-access.ts';
import type { GuessLimit } from './rate-limits.ts';

const cookieName = 'pressroom_operator';

export function readSession(request: Request): string | undefined {
  const value = parse(request.headers.cookie ?? '')[cookieName];
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

/** The cookie of a session, or the one that removes it. */
export function sessionCookie(session: OperatorSession | undefined, publicUrl: string | undefined): string {
  return serialize(cookieName, session?.secret ?? '', {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: publicUrl?.startsWith('https:') ?? false,
    expires: session?.expiresAt ?? new Date(0),
  });
}

/**
 * A cookie goes along with requests that other pages make; their origin does not lie.
 *
 * @throws PressroomError `forbidden`
 */
export function requireSameOrigin(request: Request, publicUrl: string | undefined): void {
  const { origin, host } = request.headers;
  const own =
    origin !== undefined &&
    URL.canParse(origin) &&
    (new URL(origin).host === host || (publicUrl !== undefined && new URL(publicUrl).origin === origin));
  if (!own) throw new PressroomError('forbidden', 'This can only be asked for from a page of this server');
}

export interface OperatorGuardOptions {
  readonly operators: OperatorAccess;
  readonly guesses: GuessLimit;
  readonly publicUrl: string | undefined;
}

/**
 * Lets the operator's token or session pass.
 *
 * @throws PressroomError `unauthenticated`, `forbidden` (a change asked for from another origin), `rate-limited`
 */
export async function requireOperator(request: Request, options: OperatorGuardOptions): Promise<void> {
  const token = /^Bearer +(\S{1,500})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) {
    const address = request.ip ?? '';
    await options.guesses.check(address);
    if (options.operators.isToken(token)) return;
    await options.guesses.wrong(address);
  } else {
    const session = readSession(request);
    if (session !== undefined && (await options.operators.isSession(session))) {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        requireSameOrigin(request, options.publicUrl);
      return;
    }
  }
  throw new PressroomError('unauthenticated', 'Only an operator may do this; log in at /login');
}
