// A process that ingests one file several times at once and nothing else, so that its peak memory is that of ingestion.
// Arguments: the file, how often, and the memory budget in MiB. Prints one line of JSON.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import { silentLog, storageKeys, systemClock, systemIds } from '@pressroom/domain';
import { createMemoryBudget } from '@pressroom/runtime';
import { openLocalStore } from '@pressroom/storage';
import { configureSharp, createHeicDecoder, createIngestImageHandler } from '../../src/index.ts';

const [, , file = '', times = '1', budgetMebibytes = '1'] = argv;
configureSharp({ cores: 2 });
const folder = await mkdtemp(join(tmpdir(), 'pressroom-ingest-alone-'));
try {
  const store = await openLocalStore({ folder });
  const bytes = await readFile(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const storageKey = storageKeys.content('acct', sha256);
  await store.put(storageKey, bytes);
  const handler = createIngestImageHandler({
    store,
    findAsset: () => Promise.resolve({ storageKey, bytes: bytes.length, sha256, mediaType: 'image/jpeg' }),
    limits: { maxBytes: 100_000_000, maxPixels: 100_000_000, maxFrames: 1 },
    clock: systemClock,
    ids: systemIds,
    decoder: createHeicDecoder(),
  });
  const memory = createMemoryBudget(Number(budgetMebibytes) * 1024 ** 2);
  const { signal } = new AbortController();
  let waited = 0;
  let estimate = 0;
  const ingested = await Promise.all(
    Array.from({ length: Number(times) }, (_, index) =>
      handler({
        accountId: 'acct',
        jobId: 'job',
        stepId: `step_${index}`,
        attempt: 1,
        input: { assetId: 'asset', index },
        children: [],
        signal,
        log: silentLog,
        stage: undefined,
        reportProgress: () => Promise.resolve(),
        saveStage: () => Promise.resolve(),
        withMemory: async (needed, work, onWait) => {
          estimate = needed;
          const onceWaiting = (): void => {
            waited += 1;
            onWait?.();
          };
          const giveBack = await memory.acquire(needed, { signal, onWait: onceWaiting });
          try {
            return await work();
          } finally {
            giveBack();
          }
        },
      }),
    ),
  );
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  stdout.write(
    `${JSON.stringify({
      ingested: ingested.length,
      waited,
      peakMebibytes: Number(peak) / 1024,
      estimateMebibytes: estimate / 1024 ** 2,
    })}\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
