import { createGenerationProvider } from '@pressroom/ai';
import { type CreateWorkerModule, createWorkerService } from '@pressroom/process';
import { createGeneratePictureHandler } from './handlers/generate-picture.ts';

const mebibyte = 1024 * 1024;
/** Peaks of resident memory while a picture of 2,048 × 2,048 pixels is made: 88 to 189 MiB by the offline styles. */
const memoryBytes = { offline: 200 * mebibyte, gemini: 96 * mebibyte } as const;

/** Takes `generate` steps: a picture and a style in, a new picture out. */
export const createGenerateWorker: CreateWorkerModule = async (resources, scope) => {
  const { config, assets, ids } = resources;
  const { generation } = config;
  const provider = await scope.use(
    'generation provider',
    () =>
      createGenerationProvider({
        gemini: generation.kind === 'gemini' ? generation : undefined,
        offline: { threads: generation.threads },
      }),
    (opened) => opened.close(),
  );
  const handler = createGeneratePictureHandler({
    provider,
    store: assets,
    ids,
    memoryBytes: memoryBytes[generation.kind],
  });
  return createWorkerService('generate', { 'generate-picture': handler }, resources);
};
