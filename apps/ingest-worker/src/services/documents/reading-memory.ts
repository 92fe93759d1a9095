import type { ReceivedSource } from './received-source.ts';

const mebibyte = 1024 * 1024;
/** A Node process with its libraries. */
const processBytes = 96 * mebibyte;
/** Above this the process is killed, so nothing takes more. */
const largestBytes = 512 * mebibyte;

/** An estimate of what the process that reads a document takes; the format is not known yet. */
export function readingMemoryOf({ bytes }: Pick<ReceivedSource, 'bytes'>): number {
  return Math.min(largestBytes, processBytes + 4 * bytes);
}
