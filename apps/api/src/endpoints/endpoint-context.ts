import { longestWaitSeconds } from '@pressroom/domain';
import type { GuessLimit } from '../http/rate-limits.ts';
import type { StreamSlots } from '../http/stream-slots.ts';
import type { ApiResources, InspectUpload } from '../ports.ts';
import type { OperatorAccess } from '../services/operator-access.ts';

/** Times and counts that only tests change. */
export interface ApiTiming {
  readonly uploadIdleMs: number;
  /** A connection on which no byte moved for so long is closed: longer than the longest wait that is answered. */
  readonly socketIdleMs: number;
  readonly heartbeatMs: number;
  readonly streamStallMs: number;
  readonly streamRetryMs: number;
  /** A stream is ended after this long, and the reader resumes: a revoked key does not listen for ever. */
  readonly streamLifetimeMs: number;
  readonly streamsPerAccount: number;
}

export const defaultTiming: ApiTiming = {
  uploadIdleMs: 30_000,
  socketIdleMs: 2 * longestWaitSeconds * 1_000,
  heartbeatMs: 15_000,
  streamStallMs: 60_000,
  streamRetryMs: 1_000,
  streamLifetimeMs: 3_600_000,
  streamsPerAccount: 100,
};

/** What the endpoints stand on. */
export interface EndpointContext extends ApiResources {
  readonly inspectUpload: InspectUpload;
  readonly operators: OperatorAccess;
  readonly guesses: GuessLimit;
  readonly streams: StreamSlots;
  readonly timing: ApiTiming;
  /** Aborts when the server begins to stop: what only waits ends then. */
  readonly stopping: AbortSignal;
}
