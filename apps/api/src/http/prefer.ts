import { longestWaitSeconds } from '@pressroom/domain';

/** Seconds that `Prefer: wait=N` (RFC 7240) asks for, cut to what we allow; undefined without it or when it is malformed. */
export function readWaitPreference(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  // The first one counts when a preference comes twice.
  const found = text
    .split(',')
    .map((preference) => /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(;.*)?$/i.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  return found === undefined ? undefined : Math.min(Number(found), longestWaitSeconds);
}
