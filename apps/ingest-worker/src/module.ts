import { availableParallelism } from 'node:os';
import { openEmbeddingService } from '@pressroom/ai';
import { createAssetFinder, createDocumentStore } from '@pressroom/database';
import { defaultDocumentLimits } from '@pressroom/documents';
import { type CreateWorkerModule, createWorkerService } from '@pressroom/process';
import { publicUrlRules } from '@pressroom/web';
import { createIngestDocumentHandler } from './handlers/ingest-document.ts';
import { createIngestImageHandler } from './handlers/ingest-image.ts';
import { sweepScratchFolders } from './services/documents/scratch-folder.ts';
import { configureSharp } from './services/images/configure-sharp.ts';
import { createHeicDecoder } from './services/images/heic/heic-decoder.ts';

/** Takes `ingest` steps: photos in, upright sRGB pictures out; documents in, passages with their vectors out. */
export const createIngestWorker: CreateWorkerModule = async (resources, scope) => {
  const { config, database, assets, clock, ids, log, metrics, providerCalls } = resources;
  configureSharp({ cores: availableParallelism() });
  await sweepScratchFolders(clock.now());
  const decoder = await scope.use('HEIC decoder', createHeicDecoder, (opened) => opened.close());
  const findAsset = createAssetFinder(database);
  const image = createIngestImageHandler({
    store: assets,
    findAsset,
    limits: {
      maxBytes: config.limits.uploadBytes,
      maxPixels: config.limits.imagePixels,
      maxFrames: config.limits.imageFrames,
    },
    clock,
    ids,
    decoder,
  });
  const document = createIngestDocumentHandler({
    store: assets,
    documents: createDocumentStore(database),
    embeddings: openEmbeddingService(config.generation, {
      calls: providerCalls,
      assets,
      clock,
      log,
      observer: metrics.providers,
      prices: config.generation.kind === 'offline' ? undefined : config.generation.prices,
    }),
    findAsset,
    settings: {
      limits: { ...defaultDocumentLimits, maxBytes: config.limits.uploadBytes },
      urls: publicUrlRules,
      ...config.documents,
    },
    clock,
    ids,
  });
  metrics.observeProviders(() => providerCalls.states());
  return createWorkerService('ingest', { 'ingest-image': image, 'ingest-document': document }, resources);
};
