import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CreateWorkerModule, createWorkerService } from '@pressroom/process';
import { createRenderPictureBookHandler } from './handlers/render-picture-book.ts';
import { createPictureBookRenderer } from './services/picture-book/picture-book-renderer.ts';

/** Takes `pdf` steps: pictures in, a booklet out. */
export const createPdfWorker: CreateWorkerModule = async (resources, scope) => {
  const { config, assets, ids } = resources;
  // A folder of this process's own, so that what a killed one left behind is told apart and removed by the next.
  const temporaryFolder = join(config.dataFolder, 'tmp', `pdf-${process.pid}`);
  await rm(temporaryFolder, { recursive: true, force: true });
  await mkdir(temporaryFolder, { recursive: true });
  scope.defer('temporary folder', () => rm(temporaryFolder, { recursive: true, force: true }));
  const renderer = await scope.use(
    'page threads',
    () => createPictureBookRenderer({ threads: config.workers.pdfConcurrency }),
    (opened) => opened.close(),
  );
  const handler = createRenderPictureBookHandler({ store: assets, ids, renderer, temporaryFolder });
  return createWorkerService('pdf', { 'render-picture-book': handler }, resources);
};
