import { createHash } from 'node:crypto';
import {
  type AssetStore,
  type StageRecord,
  type StageTiming,
  type StepContext,
  type StepResult,
  silentLog,
  storageKeys,
} from '@pressroom/domain';
import { defaultImageLimits, type ImageLimits } from '@pressroom/images';
import { openLocalStore } from '@pressroom/storage';
import { fakeClock, sequentialIds, temporaryFolder } from '@pressroom/testing';
import sharp from 'sharp';
import { createHeicDecoder, createIngestImageHandler, type HeicDecoder } from '../../src/index.ts';

export const accountId = 'acct_a';
export const stepId = 'step_a';

export interface IngestRun {
  readonly result: StepResult<'ingest-image'>;
  readonly records: readonly StageRecord[];
  readonly timings: readonly StageTiming[];
  /** The normalised picture and its thumbnail as stored. */
  readonly normalised: Buffer;
  readonly thumbnail: Buffer;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly stage?: StageRecord | undefined;
  readonly limits?: Partial<ImageLimits>;
  /** Called before a record is kept; throwing is a crash at that point. */
  readonly beforeSave?: (record: StageRecord, timing: StageTiming) => void;
  readonly store?: AssetStore;
  /** Told how much memory was asked for, and how the attempt would be told that it waits. */
  readonly onMemory?: (bytes: number, onWait: (() => void) | undefined) => void;
}

/** One real folder as asset store, and a fresh handler for every run: as if each were another machine. */
export async function ingestHarness(given: { readonly folder?: string } = {}) {
  const store = await openLocalStore({ folder: given.folder ?? (await temporaryFolder()).path });
  const clock = fakeClock();
  const ids = sequentialIds();
  const decoder: HeicDecoder = createHeicDecoder();
  const uploads = new Map<string, { storageKey: string; bytes: number; sha256: string; mediaType: string }>();

  async function upload(bytes: Uint8Array, mediaType = 'application/octet-stream'): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const storageKey = storageKeys.content(accountId, sha256);
    await store.put(storageKey, bytes);
    const assetId = ids.next('asset');
    uploads.set(assetId, { storageKey, bytes: bytes.length, sha256, mediaType });
    return assetId;
  }

  async function run(assetId: string, options: RunOptions = {}): Promise<IngestRun> {
    const records: StageRecord[] = [];
    const timings: StageTiming[] = [];
    const handler = createIngestImageHandler({
      store: options.store ?? store,
      findAsset: async (account, id) => (account === accountId ? uploads.get(id) : undefined),
      limits: { ...defaultImageLimits, ...options.limits },
      clock,
      ids,
      decoder,
    });
    const context: StepContext<'ingest-image'> = {
      accountId,
      jobId: 'job_a',
      stepId,
      attempt: 1,
      input: { assetId, index: 0 },
      children: [],
      signal: options.signal ?? new AbortController().signal,
      log: silentLog,
      reportProgress: async () => {},
      stage: options.stage,
      withMemory: (bytes, work, onWait) => {
        options.onMemory?.(bytes, onWait);
        return work();
      },
      saveStage: async (record, timing) => {
        clock.advance(1);
        options.beforeSave?.(record, timing);
        // What the database keeps is what survives JSON.
        records.push(JSON.parse(JSON.stringify(record)) as StageRecord);
        timings.push(timing);
      },
    };
    const result = await handler(context);
    const read = (key: string) => store.getBytes(key, { maxBytes: 64_000_000 });
    return {
      result,
      records,
      timings,
      normalised: await read(result.output.normalised.storageKey),
      thumbnail: await read(result.output.thumbnail.storageKey),
    };
  }

  return {
    store,
    uploads,
    upload,
    run,
    ingest: async (bytes: Uint8Array, options?: RunOptions) => run(await upload(bytes), options),
    workFiles: async () => (await store.stat(storageKeys.work(stepId, 'normalised.jpg'))) !== undefined,
    close: () => decoder.close(),
  };
}

export interface Rejection {
  readonly code: string;
  readonly message: string;
}

/** The error of a run that must fail, and how often a stage was reported with it. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Rejection> {
  try {
    await promise;
  } catch (error) {
    return error as Rejection;
  }
  throw new Error('It was accepted');
}

/** Mean colours (0 to 255) of the four quarters: top left, top right, bottom left, bottom right. */
export async function quartersOf(picture: Uint8Array): Promise<readonly (readonly number[])[]> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const sums = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (let y = 0; y < info.height; y += 1) {
    for (let x = 0; x < info.width; x += 1) {
      const quarter = sums[(y < info.height / 2 ? 0 : 2) + (x < info.width / 2 ? 0 : 1)] ?? [];
      const at = (y * info.width + x) * info.channels;
      for (let channel = 0; channel < 3; channel += 1) {
        quarter[channel] = (quarter[channel] ?? 0) + (data[at + channel] ?? 0);
      }
      quarter[3] = (quarter[3] ?? 0) + 1;
    }
  }
  return sums.map(([red = 0, green = 0, blue = 0, count = 1]) => [red / count, green / count, blue / count]);
}

export function hexColour(hex: string): readonly number[] {
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** The largest difference of any channel of any quarter. */
export function largestDifference(
  one: readonly (readonly number[])[],
  other: readonly (readonly number[])[],
): number {
  return Math.max(
    ...one.flatMap((colour, quarter) =>
      colour.map((value, channel) => Math.abs(value - (other[quarter]?.[channel] ?? Number.NaN))),
    ),
  );
}
