import { createGeminiProvider, createGenerationService, createOfflineProvider } from '@pressroom/ai';
import type { CallPolicy, GenerationService } from '@pressroom/domain';
import { type CreateWorkerModule, createWorkerService, type Resources } from '@pressroom/process';
import { createGeneratePictureHandler } from './handlers/generate-picture.ts';

const mebibyte = 1024 * 1024;
/** Peaks of resident memory while a picture of 2,048 × 2,048 pixels is made: 88 to 189 MiB by the offline styles. */
const memoryBytes = { offline: 200 * mebibyte, gemini: 96 * mebibyte } as const;
/** Milliseconds beyond its own time that a call may need before it counts as lost with its process. */
const leaseMarginMs = 30_000;
/** The offline provider has no time limit of its own; its steps end after five minutes. */
const offlineLeaseMs = 330_000;

/** Takes `generate` steps: a picture and a style in, a new picture out. */
export const createGenerateWorker: CreateWorkerModule = async (resources, scope) => {
  const { config, assets, ids, health, metrics, providerCalls } = resources;
  const generation = await openGeneration(resources, scope);
  metrics.observeProviders(() => providerCalls.states());
  health.register({
    name: 'provider',
    critical: false,
    check: () => checkProvider(resources),
  });
  const handler = createGeneratePictureHandler({
    generation,
    store: assets,
    ids,
    memoryBytes: mayDrawHere(config) ? memoryBytes.offline : memoryBytes.gemini,
  });
  return createWorkerService('generate', { 'generate-picture': handler }, resources);
};

function mayDrawHere({ generation }: Resources['config']): boolean {
  return generation.kind === 'offline' || generation.fallback.offline;
}

async function openGeneration(
  { config, assets, clock, log, metrics, providerCalls }: Resources,
  scope: Parameters<CreateWorkerModule>[1],
): Promise<GenerationService> {
  const { generation } = config;
  const offline = {
    provider: await scope.use(
      'offline provider',
      () => createOfflineProvider({ threads: generation.threads }),
      (opened) => opened.close(),
    ),
    policy: { leaseMs: offlineLeaseMs },
  };
  const shared = { calls: providerCalls, assets, clock, log, observer: metrics.providers };
  if (generation.kind === 'offline') return createGenerationService({ main: offline, ...shared });
  const provider = await scope.use(
    'generation provider',
    () => createGeminiProvider(generation),
    (opened) => opened.close(),
  );
  const { timeout, breaker, requestsPerMinute, tokensPerMinute, fallback } = generation;
  const policy: CallPolicy = {
    breaker,
    requestsPerMinute,
    tokensPerMinute,
    leaseMs: timeout.baseMs + timeout.extensionMs + leaseMarginMs,
  };
  return createGenerationService({
    main: { provider, policy },
    fallback: fallback.offline ? { ...offline, afterWaitMs: fallback.afterWaitMs } : undefined,
    ...shared,
  });
}

/** Where the provider stands, for all workers; throws while its breaker is not closed. */
async function checkProvider({ config, providerCalls }: Resources): Promise<object> {
  const { generation } = config;
  if (generation.kind === 'offline') return { provider: 'offline' };
  const states = await providerCalls.states();
  const state = states.find(
    ({ provider, model }) => provider === 'gemini' && model === generation.pictureModel,
  );
  if (state === undefined) return { provider: 'gemini', breaker: 'closed' };
  if (state.breaker !== 'closed') {
    throw new Error(`The breaker of gemini is ${state.breaker}, until ${state.openUntil?.toISOString()}`);
  }
  return state;
}
