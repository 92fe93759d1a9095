import { join } from 'node:path';
import type { IngestStand, StandOutcome } from './ingest-stand.ts';
import { openIngestStand } from './ingest-stand.ts';
import type { StandCase } from './stand-messages.ts';

export interface IngestLanes {
  /** By the next stand that is free, in the order in which they are asked for. */
  ingest(given: () => Promise<StandCase>): Promise<StandOutcome>;
  readonly stands: readonly IngestStand[];
  close(): Promise<void>;
}

/** A stand for each database, working beside each other. */
export async function openIngestLanes(databaseUrls: readonly string[], folder: string): Promise<IngestLanes> {
  const stands = await Promise.all(
    databaseUrls.map((databaseUrl, lane) =>
      openIngestStand({ databaseUrl, folder: join(folder, `lane-${lane}`) }),
    ),
  );
  const free = [...stands];
  const waiting: ((stand: IngestStand) => void)[] = [];
  return {
    stands,
    ingest: async (given) => {
      const stand = free.shift() ?? (await new Promise<IngestStand>((resolve) => waiting.push(resolve)));
      try {
        return await stand.ingest(await given());
      } finally {
        const next = waiting.shift();
        if (next === undefined) free.push(stand);
        else next(stand);
      }
    },
    close: async () => {
      await Promise.all(stands.map((stand) => stand.close()));
    },
  };
}
