import type { IdSource } from '@pressroom/domain';

/** The caller's own request id where it is a sane one, so that one id runs through their logs and ours; else a new one. */
export function requestIdOf(header: string | string[] | undefined, ids: IdSource): string {
  return typeof header === 'string' && /^[A-Za-z0-9._:/+=-]{8,128}$/.test(header) ? header : ids.next('req');
}
