import { availableParallelism } from 'node:os';
import { createAssetFinder } from '@pressroom/database';
import { type CreateWorkerModule, createWorkerService } from '@pressroom/process';
import { createIngestImageHandler } from './handlers/ingest-image.ts';
import { configureSharp } from './services/images/configure-sharp.ts';
import { createHeicDecoder } from './services/images/heic/heic-decoder.ts';

/** Takes `ingest` steps: photos in, upright sRGB pictures out. */
export const createIngestWorker: CreateWorkerModule = async (resources, scope) => {
  const { config, database, assets, clock, ids } = resources;
  configureSharp({ cores: availableParallelism() });
  const decoder = await scope.use('HEIC decoder', createHeicDecoder, (opened) => opened.close());
  const handler = createIngestImageHandler({
    store: assets,
    findAsset: createAssetFinder(database),
    limits: {
      maxBytes: config.limits.uploadBytes,
      maxPixels: config.limits.imagePixels,
      maxFrames: config.limits.imageFrames,
    },
    clock,
    ids,
    decoder,
  });
  return createWorkerService('ingest', { 'ingest-image': handler }, resources);
};
