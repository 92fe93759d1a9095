import { ulid } from 'ulid';

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
