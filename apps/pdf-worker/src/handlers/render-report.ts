import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AssetReference,
  type AssetStore,
  type ChildStep,
  type IdSource,
  PressroomError,
  type ReduceReportOutput,
  type StepHandler,
} from '@pressroom/domain';
import { type Report, reportSchema } from '@pressroom/reports';
import { latestProgress } from '../services/pages/latest-progress.ts';
import { storePdf } from '../services/pages/store-pdf.ts';
import type { ReportRenderer } from '../services/report/report-renderer.ts';

export interface RenderReportServices {
  readonly store: AssetStore;
  readonly ids: IdSource;
  readonly renderer: ReportRenderer;
  /** An existing folder; every attempt has a folder of its own in it for as long as it runs. */
  readonly temporaryFolder: string;
}

const maxReportBytes = 64_000_000;
const maxDocumentBytes = 512 * 1024 ** 2;
/** Peak of resident memory while a report of a hundred pages is set: mostly the fonts. */
const memoryBytes = 200 * 1024 ** 2;

/** Sets the pages of a report that is there as JSON. Errors: `asset-missing`, `asset-altered`, `render-failed`. */
export function createRenderReportHandler(services: RenderReportServices): StepHandler<'render-report'> {
  return async (context) => {
    const { input, signal, accountId } = context;
    const reduced = reducedReport(context.children);
    const report = await loadReport(services.store, reduced.report, signal);
    const folder = await mkdtemp(join(services.temporaryFolder, 'report-'));
    try {
      const outputPath = join(folder, 'report.pdf');
      const progress = latestProgress(context.reportProgress);
      const content = { report, language: report.language, pageSize: input.pageSize };
      const summary = await context.withMemory(memoryBytes, () =>
        services.renderer.render(content, { outputPath, signal, onPage: progress.report }),
      );
      await progress.settled();
      const document = await storePdf(services, {
        accountId,
        path: outputPath,
        maxBytes: maxDocumentBytes,
        signal,
      });
      return {
        output: {
          document,
          report: reduced.report,
          table: reduced.table,
          pages: summary.pages,
          skipped: reduced.skipped,
          degraded: reduced.degradedDocuments,
          preflight: summary.preflight,
        },
        assets: [{ ...document, role: 'document' }],
      };
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    }
  };
}

function reducedReport(children: readonly ChildStep[]): ReduceReportOutput {
  const child = children.find(({ handler, status }) => handler === 'reduce-report' && status === 'succeeded');
  if (child === undefined)
    throw new PressroomError('internal', 'The pages were started without their report');
  // The catalog fixes what a succeeded step of this handler has written.
  return child.output as ReduceReportOutput;
}

async function loadReport(
  store: AssetStore,
  reference: AssetReference,
  signal: AbortSignal,
): Promise<Report> {
  const bytes = await store.getBytes(reference.storageKey, { maxBytes: maxReportBytes, signal });
  if (createHash('sha256').update(bytes).digest('hex') !== reference.sha256) {
    throw new PressroomError('asset-altered', 'The stored report is not the one that was made');
  }
  return reportSchema.parse(JSON.parse(bytes.toString('utf8')));
}
