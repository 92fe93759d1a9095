/** Photos a second: the real ingest handler through queue and record, against nothing but sharp. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { insertAsset } from '@pressroom/database';
import { type StepHandler, systemClock, systemIds } from '@pressroom/domain';
import { configureSharp, createHeicDecoder, createIngestImageHandler } from '@pressroom/ingest-worker';
import { openLocalStore } from '@pressroom/storage';
import { temporaryFolder } from '@pressroom/testing';
import sharp from 'sharp';
import { idleHandlers } from '../flows/idle-handlers.ts';
import { accountOf, openFlowSystem, submitBook } from '../flows/pressroom-flows.ts';
import type { BenchContext, Measurement, Scenario } from '../scenario.ts';
import { median, throughput } from '../statistics.ts';
import { drawCameraPhotos } from './camera-photos.ts';
import { directContext } from './step-context.ts';
import { type StoredPhoto, storePhotos } from './stored-photos.ts';

/** As many as a worker takes by default, for both sides: with one more than cores, one may wait for the disk. */
const inFlight = 3;
const limits = { maxBytes: 100_000_000, maxPixels: 100_000_000, maxFrames: 500 };

export const photoThroughput: Scenario = {
  name: 'photos',
  about: '12-megapixel JPEGs ingested a second, three in flight, against a bare sharp loop',
  run: async (context) => {
    const { quick, tell } = context;
    configureSharp({ cores: availableParallelism() });
    const bench = await openIngest(context, quick ? 2 : 4);
    const count = quick ? 4 : 16;
    const sides = {
      bare: () => throughput(count, inFlight, (index) => bench.bare(index)),
      thumbnailAndHash: () => throughput(count, inFlight, (index) => bench.bareWithThumbnailAndHash(index)),
      handlerAlone: () => throughput(count, inFlight, (index) => bench.handlerAlone(index)),
      ours: () => bench.throughRecord(count),
    };
    const names = Object.keys(sides) as (keyof typeof sides)[];
    const rates: Record<keyof typeof sides, number[]> = {
      bare: [],
      thumbnailAndHash: [],
      handlerAlone: [],
      ours: [],
    };
    for (const name of names) await sides[name]();
    for (let round = 0; round < (quick ? 1 : 5); round += 1) {
      for (const name of round % 2 === 0 ? names : names.toReversed()) rates[name].push(await sides[name]());
      tell(names.map((name) => `${name} ${rates[name].at(-1)?.toFixed(2)}/s`).join(', '));
    }
    const line = (name: string, side: keyof typeof sides): Measurement => ({
      name,
      unit: 'photos/s',
      ours: median(rates[side]),
      limit: median(rates.bare),
      compared: median(rates[side].map((rate, round) => rate / (rates.bare[round] ?? Number.NaN))),
    });
    const costOf = (side: keyof typeof sides) =>
      (Math.min(inFlight, availableParallelism()) * 1_000) / median(rates[side]);
    return [
      {
        ...line('photos through queue and record', 'ours'),
        aim: { comparison: 'ratio', atLeast: 0.9 },
        facts: {
          photosEach: count,
          bytesEach: bench.bytesEach,
          millisecondsOfSharp: costOf('bare'),
          millisecondsOfThumbnailAndHash: costOf('thumbnailAndHash') - costOf('bare'),
          millisecondsOfStoreAndStages: costOf('handlerAlone') - costOf('thumbnailAndHash'),
          millisecondsOfQueueAndRecord: costOf('ours') - costOf('handlerAlone'),
        },
      },
      line('· the handler alone, local store', 'handlerAlone'),
      line('· sharp, thumbnail and SHA-256 only', 'thumbnailAndHash'),
    ];
  },
};

async function openIngest({ servers, scope }: BenchContext, distinct: number) {
  const folder = await scope.use('photo folder', temporaryFolder, (opened) => opened.remove());
  const system = await openFlowSystem('postgres', servers, scope);
  const store = await scope.use(
    'store',
    () => openLocalStore({ folder: join(folder.path, 'store') }),
    (opened) => opened.close(),
  );
  const { accountId } = accountOf(system, 0);
  const photos = await storePhotos(store, accountId, await drawCameraPhotos(folder.path, distinct));
  for (const { path: _, ...photo } of photos) {
    await insertAsset(system.database.executor, {
      ...photo,
      id: photo.assetId,
      accountId,
      role: 'original',
      width: 4_000,
      height: 3_000,
    });
  }
  const decoder = await scope.use('HEIC decoder', createHeicDecoder, (opened) => opened.close());
  const handler = createIngestImageHandler({
    store,
    findAsset: (_, assetId) => Promise.resolve(photos.find((photo) => photo.assetId === assetId)),
    limits,
    clock: systemClock,
    ids: systemIds,
    decoder,
  });
  const photoOf = (index: number): StoredPhoto => {
    const photo = photos[index % photos.length];
    if (photo === undefined) throw new Error('There are no photos');
    return photo;
  };
  const watched = countdown(handler);
  await system.work('ingest', { ...idleHandlers, 'ingest-image': watched.handler }, inFlight);
  return {
    bytesEach: photos.map((photo) => photo.bytes),
    bare: async (index: number) => {
      await normalise(photoOf(index).path).toFile(join(folder.path, `bare-${index}.jpg`));
    },
    bareWithThumbnailAndHash: async (index: number) => {
      const original = await readFile(photoOf(index).path);
      createHash('sha256').update(original).digest('hex');
      const { data } = await normalise(original).toBuffer({ resolveWithObject: true });
      const thumbnail = await sharp(data)
        .resize(320, 320, { fit: 'inside' })
        .jpeg({ quality: 80 })
        .toBuffer();
      for (const bytes of [data, thumbnail]) createHash('sha256').update(bytes).digest('hex');
    },
    handlerAlone: (index: number) =>
      handler(
        directContext<'ingest-image'>(systemIds.next('step'), { assetId: photoOf(index).assetId, index }),
      ),
    /** From the submission to the last ingested photo; nobody takes the steps that follow. */
    throughRecord: async (count: number) => {
      const begun = performance.now();
      const ingested = watched.after(count);
      await submitBook(
        system,
        accountId,
        Array.from({ length: count }, (_, index) => photoOf(index).assetId),
      );
      await ingested;
      return (count * 1_000) / (performance.now() - begun);
    },
  };
}

/** The same as the handler's own pipeline, less what guards it against bad files. */
function normalise(source: string | Buffer) {
  return sharp(source, { sequentialRead: true })
    .autoOrient()
    .resize(2_048, 2_048, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 90, chromaSubsampling: '4:2:0' });
}

/** Tells when the handler has come back so many times. */
function countdown(handler: StepHandler<'ingest-image'>) {
  let left = 0;
  let done = () => {};
  return {
    handler: (async (context) => {
      const result = await handler(context);
      left -= 1;
      if (left === 0) done();
      return result;
    }) satisfies StepHandler<'ingest-image'>,
    after: (count: number) =>
      new Promise<void>((resolve) => {
        left = count;
        done = resolve;
      }),
  };
}
