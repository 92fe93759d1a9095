import { createGenerationProvider } from '@pressroom/ai';
import { type CreateWorkerModule, createWorkerService } from '@pressroom/process';
import { createGeneratePictureHandler } from './handlers/generate-picture.ts';

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
  const handler = createGeneratePictureHandler({ provider, store: assets, ids });
  return createWorkerService('generate', { 'generate-picture': handler }, resources);
};
