import { PressroomError } from '@pressroom/domain';

/**
 * Of Node, and of PostgreSQL: no connection (08), no room left (53), going down or coming up (57P), a standby that took over
 * (25006), and a transaction that lost to another one (40001, 40P01).
 */
const lossCodes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08...|53...|57P0\d|25006|40001|40P01)$/;
/** The driver's own errors have no codes. */
const lossMessages =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|is not queryable/;

/** True when the same statement may work later: the server is away, full or busy, and has not refused what was asked. */
export function isDatabaseLoss(error: unknown): boolean {
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    const { code, message } = current as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && lossCodes.test(code)) return true;
    if (typeof message === 'string' && lossMessages.test(message)) return true;
  }
  return false;
}

/**
 * What `work` resolves with; a loss gets a name.
 *
 * @throws PressroomError `database-unavailable`
 */
export async function namingLosses<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isDatabaseLoss(error)) throw error;
    throw new PressroomError('database-unavailable', 'The database does not answer at the moment', {
      cause: error,
    });
  }
}
