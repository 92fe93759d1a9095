import type { PressroomConfig } from '@pressroom/config';
import type { Database, EventHintListener, EventHints } from '@pressroom/database';
import type { AssetStore, Clock, IdSource, Log, QueueFacts } from '@pressroom/domain';
import type { Health, Metrics } from '@pressroom/observability';
import type { QueuedStep } from '@pressroom/queue';
import type { Queue } from 'bullmq';

/** Told after every commit that adds or settles a job; may be lost, since the dispatcher also sweeps. */
export interface Dispatcher {
  nudge(): void;
}

export interface QueueAdmin {
  /** Takes a cancelled job's steps out of the queue. Best effort: what stays is refused when it is claimed. */
  removeFlow(jobId: string): Promise<void>;
  /** What the queue says of these steps now; never throws, and answers within seconds. */
  lookUp(steps: readonly QueuedStep[]): Promise<QueueFacts>;
  /** For the board. */
  readonly queues: readonly Queue[];
}

export interface UploadFacts {
  readonly mediaType: string;
  /** Pixels, upright; absent where the beginning of the file does not tell. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * What a file is, by its beginning alone (the whole file when it is that small).
 *
 * @throws PressroomError `unsupported-type`
 */
export type InspectUpload = (head: Uint8Array) => Promise<UploadFacts>;

/** Everything the API is given. It opens nothing itself but its port. */
export interface ApiResources {
  readonly config: PressroomConfig;
  readonly database: Database;
  readonly store: AssetStore;
  readonly dispatcher: Dispatcher;
  readonly queueAdmin: QueueAdmin;
  readonly hints: EventHints;
  readonly hintListener: EventHintListener;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  readonly ids: IdSource;
}
