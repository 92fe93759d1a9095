import { encodeTime, ulid } from 'ulid';

export type IdPrefix =
  | 'acct'
  | 'key'
  | 'asset'
  | 'job'
  | 'plan'
  | 'step'
  | 'entry'
  | 'req'
  | 'worker'
  | 'dead';

/** Ids as an argument: sortable by time, prefixed by what they name, never guessable from another one. */
export interface IdSource {
  next(prefix: IdPrefix): string;
}

export const systemIds: IdSource = { next: (prefix) => `${prefix}_${ulid()}` };

/** Less than every id that `systemIds` gives from the moment on, and more than every one from before: for ranges of ids by time. */
export function firstIdAt(prefix: IdPrefix, moment: Date): string {
  return `${prefix}_${encodeTime(moment.getTime(), 10)}`;
}
