import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreateWorkerModule, createWorkerService } from '@pressroom/process';
import { createRenderPictureBookHandler } from './handlers/render-picture-book.ts';
import { createRenderPlanHandler } from './handlers/render-plan.ts';
import { createRenderReportHandler } from './handlers/render-report.ts';
import { createPictureBookRenderer } from './services/picture-book/picture-book-renderer.ts';
import { createPlanRenderer } from './services/plan/plan-renderer.ts';
import { createReportRenderer } from './services/report/report-renderer.ts';

/** Takes `pdf` steps: pictures in, a booklet out; findings in, a report out; a plan in, a workbook out. */
export const createPdfWorker: CreateWorkerModule = async (resources, scope) => {
  const { config, assets, ids } = resources;
  // On this machine's own disk, never in a data folder that machines share: it holds one attempt's pictures.
  const temporaryFolder = await scope.use(
    'temporary folder',
    () => mkdtemp(join(tmpdir(), 'pressroom-pdf-')),
    (folder) => rm(folder, { recursive: true, force: true }),
  );
  const renderer = await scope.use(
    'page threads',
    () => createPictureBookRenderer({ threads: config.workers.pdfConcurrency }),
    (opened) => opened.close(),
  );
  const reportRenderer = await scope.use(
    'report threads',
    () => createReportRenderer({ threads: config.workers.pdfConcurrency }),
    (opened) => opened.close(),
  );
  const planRenderer = await scope.use(
    'workbook threads',
    () => createPlanRenderer({ threads: config.workers.pdfConcurrency }),
    (opened) => opened.close(),
  );
  const book = createRenderPictureBookHandler({ store: assets, ids, renderer, temporaryFolder });
  const report = createRenderReportHandler({ store: assets, ids, renderer: reportRenderer, temporaryFolder });
  const plan = createRenderPlanHandler({ store: assets, ids, renderer: planRenderer, temporaryFolder });
  return createWorkerService(
    'pdf',
    { 'render-picture-book': book, 'render-report': report, 'render-plan': plan },
    resources,
  );
};
