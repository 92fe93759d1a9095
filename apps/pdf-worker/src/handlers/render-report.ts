import { type ChildStep, PressroomError, type ReduceReportOutput, type StepHandler } from '@pressroom/domain';
import { reportSchema } from '@pressroom/reports';
import { loadContent, type RenderServices, renderAndStore } from '../services/flow/render-and-store.ts';
import type { ReportContent, ReportSummary } from '../services/report/report-content.ts';

export type RenderReportServices = RenderServices<ReportContent, ReportSummary>;

/** Sets the pages of a report that is there as JSON. Errors: `asset-missing`, `asset-altered`, `render-failed`. */
export function createRenderReportHandler(services: RenderReportServices): StepHandler<'render-report'> {
  return async (context) => {
    const { pageSize } = context.input;
    const reduced = reducedReport(context.children);
    const report = await loadContent(services.store, reduced.report, reportSchema, context.signal);
    const content = { report, language: report.language, pageSize };
    const { summary, document } = await renderAndStore(services, context, content);
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
  };
}

function reducedReport(children: readonly ChildStep[]): ReduceReportOutput {
  const child = children.find(({ handler, status }) => handler === 'reduce-report' && status === 'succeeded');
  if (child === undefined)
    throw new PressroomError('internal', 'The pages were started without their report');
  // The catalog fixes what a succeeded step of this handler has written.
  return child.output as ReduceReportOutput;
}
