import { createPageRenderer, type PageRenderer, type PageRendererOptions } from '../pages/page-renderer.ts';
import type { ReportContent, ReportSummary } from './report-content.ts';

/** Sets reports. Errors thrown: `render-failed`. */
export type ReportRenderer = PageRenderer<ReportContent, ReportSummary>;

export function createReportRenderer(options: PageRendererOptions): ReportRenderer {
  return createPageRenderer(new URL('./report-thread.js', import.meta.url), options);
}
