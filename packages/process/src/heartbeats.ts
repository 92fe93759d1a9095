import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { type Database, type ProcessPart, removeWorker, saveWorkerBeats } from '@pressroom/database';
import type { CanaryReport, Clock, IdSource, Log } from '@pressroom/domain';
import { withTimeout } from '@pressroom/runtime';

/** Milliseconds between two beats. */
const beatMs = 5_000;
/** A part whose last beat is older is not there, as far as others can tell. Six beats: one may be lost with its connection. */
export const aliveSeconds = 30;
/** Until then a silent part is still in the record, for whoever asks what there was. */
export const forgottenSeconds = 600;
/** Milliseconds that saying goodbye may take. */
const farewellMs = 2_000;

const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string };

export interface Heartbeats {
  /** From now on the record says that this part of the process lives, and how its canary is. */
  join(type: ProcessPart, canary?: () => CanaryReport | null): void;
  close(): Promise<void>;
}

/** The process's entries in the record's list of workers. Best effort: a beat that is lost is followed by the next. */
export function createHeartbeats(options: {
  readonly database: Database;
  readonly processId: string;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly log: Log;
}): Heartbeats {
  const { database, processId, ids, clock, log } = options;
  const parts: { id: string; type: ProcessPart; startedAt: Date; canary: () => CanaryReport | null }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  async function send(): Promise<void> {
    const beats = parts.map(({ canary, ...part }) => ({
      ...part,
      process: processId,
      version,
      host: hostname(),
      canary: canary(),
    }));
    try {
      await saveWorkerBeats(database.executor, beats);
    } catch (error) {
      log.debug({ err: error }, 'A sign of life could not be written');
    }
    sending = undefined;
  }
  const beat = (): void => {
    sending ??= send();
  };

  return {
    join: (type, canary = () => null) => {
      parts.push({ id: ids.next('worker'), type, startedAt: clock.now(), canary });
      timer ??= setInterval(beat, beatMs);
      beat();
    },
    close: async () => {
      clearInterval(timer);
      await withTimeout(
        async () => {
          await sending;
          for (const { id } of parts) await removeWorker(database.executor, id);
        },
        { ms: farewellMs, what: 'saying goodbye' },
      ).catch((error: unknown) => log.debug({ err: error }, 'The goodbye could not be written'));
    },
  };
}
