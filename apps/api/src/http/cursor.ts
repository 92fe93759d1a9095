import { PressroomError } from '@pressroom/domain';

/** A place in a list, as text that clients do not look into. */
export function writeCursor(before: string | number): string {
  return Buffer.from(JSON.stringify([1, before])).toString('base64url');
}

/** @throws PressroomError `invalid-request` for anything that {@link writeCursor} did not write for this sort of list */
export function readCursor<Sort extends 'string' | 'number'>(
  cursor: string | undefined,
  sort: Sort,
): (Sort extends 'string' ? string : number) | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [version, before] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (version === 1 && isPlausible(before, sort)) {
      return before as Sort extends 'string' ? string : number;
    }
  } catch {
    // Falls through to the one answer for everything that is no cursor.
  }
  throw new PressroomError('invalid-request', 'The cursor is not one that this list gave out', {
    facts: { errors: [{ path: 'query/cursor', message: 'Not a cursor of this list' }] },
  });
}

function isPlausible(before: unknown, sort: 'string' | 'number'): boolean {
  if (sort === 'number') return Number.isSafeInteger(before);
  return typeof before === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(before);
}
