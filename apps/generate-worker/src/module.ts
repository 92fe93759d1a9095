import {
  createGeminiObjects,
  createGeminiProvider,
  createGenerationService,
  createObjectService,
  createOfflineObjects,
  createOfflineProvider,
  offlinePolicy,
  onlinePolicy,
  openEmbeddingService,
} from '@pressroom/ai';
import { createDocumentStore } from '@pressroom/database';
import type { CallPolicy, EmbeddingService, GenerationService, ObjectService } from '@pressroom/domain';
import { planMakers } from '@pressroom/plans';
import { type CreateWorkerModule, createWorkerService, type Resources } from '@pressroom/process';
import { extractiveMakers } from '@pressroom/reports';
import { createSearchPort, type SearchName, searchAdapters } from '@pressroom/searches';
import { publicUrlRules, verifyLink } from '@pressroom/web';
import { createCuratePlanHandler } from './handlers/curate-plan.ts';
import { createGeneratePictureHandler } from './handlers/generate-picture.ts';
import { createMapReportChunksHandler } from './handlers/map-report-chunks.ts';
import { createReduceReportHandler } from './handlers/reduce-report.ts';
import { createWritePlanHandler } from './handlers/write-plan.ts';
import type { WebCuration } from './services/plan/curate-from-web.ts';

const mebibyte = 1024 * 1024;
/** Peaks of resident memory while a picture of 2,048 × 2,048 pixels is made: 88 to 189 MiB by the offline styles. */
const memoryBytes = { offline: 200 * mebibyte, gemini: 96 * mebibyte } as const;

/** Takes `generate` steps: a picture and a style in, a new picture out; passages in, findings and then a report out. */
export const createGenerateWorker: CreateWorkerModule = async (resources, scope) => {
  const { config, assets, database, ids, metrics, providerCalls } = resources;
  const { generation, objects, embeddings } = await openGeneration(resources, scope);
  metrics.observeProviders(() => providerCalls.states());
  const documents = createDocumentStore(database);
  const picture = createGeneratePictureHandler({
    generation,
    store: assets,
    ids,
    memoryBytes: mayDrawHere(config) ? memoryBytes.offline : memoryBytes.gemini,
  });
  const map = createMapReportChunksHandler({ objects, documents, store: assets, ids });
  const reduce = createReduceReportHandler({ objects, documents, embeddings, store: assets, ids });
  return createWorkerService(
    'generate',
    {
      'generate-picture': picture,
      'map-report-chunks': map,
      'reduce-report': reduce,
      'write-plan': createWritePlanHandler({ objects, documents, store: assets, ids }),
      'curate-plan': createCuratePlanHandler({
        documents,
        store: assets,
        ids,
        web: openWebCuration(resources),
        objects: config.generation.kind === 'offline' ? undefined : objects,
        onLinks: (links) => metrics.links.verified(links),
      }),
    },
    resources,
  );
};

function mayDrawHere({ generation }: Resources['config']): boolean {
  return generation.kind === 'offline' || generation.fallback.offline;
}

/** Undefined where no search is set up: then nothing leaves the house. */
function openWebCuration({
  config,
  assets,
  clock,
  log,
  metrics,
  providerCalls,
}: Resources): WebCuration | undefined {
  const { youtubeKey, documentation = [], baseUrl, budgetMs, concurrency } = config.searches;
  const names: SearchName[] = [...(youtubeKey === undefined ? [] : ['youtube' as const]), ...documentation];
  if (names.length === 0) return undefined;
  const searches = names.map((name) => {
    const adapter = searchAdapters[name];
    const apiKey = name === 'youtube' ? youtubeKey : undefined;
    return {
      name,
      service: createObjectService({
        main: { provider: createSearchPort(adapter, { apiKey, baseUrl }), policy: searchPolicy },
        calls: providerCalls,
        assets,
        clock,
        log,
        observer: metrics.providers,
        // They cost quota and no money.
        prices: { [adapter.version]: { input: 0, output: 0, picture: 0 } },
      }),
    };
  });
  return {
    searches,
    concurrency,
    budgetMs,
    verify: (url, signal) => verifyLink(url, publicUrlRules, signal),
  };
}

/** Milliseconds: a search that fails is left alone for a minute; its call is lost with its process after three quarters of one. */
const searchPolicy: CallPolicy = { breaker: { failures: 5, recoveryMs: 60_000 }, leaseMs: 45_000 };

interface Opened {
  readonly generation: GenerationService;
  readonly objects: ObjectService;
  readonly embeddings: EmbeddingService;
}

async function openGeneration(
  { config, assets, clock, log, metrics, providerCalls }: Resources,
  scope: Parameters<CreateWorkerModule>[1],
): Promise<Opened> {
  const { generation } = config;
  const offline = {
    provider: await scope.use(
      'offline provider',
      () => createOfflineProvider({ threads: generation.threads }),
      (opened) => opened.close(),
    ),
    policy: offlinePolicy,
  };
  const offlineObjects = {
    provider: createOfflineObjects({ makers: { ...extractiveMakers, ...planMakers } }),
    policy: offlinePolicy,
  };
  const shared = {
    calls: providerCalls,
    assets,
    clock,
    log,
    observer: metrics.providers,
    prices: generation.kind === 'offline' ? undefined : generation.prices,
  };
  const embeddings = openEmbeddingService(generation, shared);
  if (generation.kind === 'offline') {
    return {
      generation: createGenerationService({ main: offline, ...shared }),
      objects: createObjectService({ main: offlineObjects, ...shared }),
      embeddings,
    };
  }
  const provider = await scope.use(
    'generation provider',
    () => createGeminiProvider(generation),
    (opened) => opened.close(),
  );
  const policy = onlinePolicy(generation);
  const { fallback } = generation;
  const { afterWaitMs } = fallback;
  return {
    generation: createGenerationService({
      main: { provider, policy },
      fallback: fallback.offline ? { ...offline, afterWaitMs } : undefined,
      ...shared,
    }),
    objects: createObjectService({
      main: { provider: createGeminiObjects(generation), policy },
      fallback: fallback.offline ? { ...offlineObjects, afterWaitMs } : undefined,
      ...shared,
    }),
    embeddings,
  };
}
