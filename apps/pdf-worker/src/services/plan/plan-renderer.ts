import { createPageRenderer, type PageRenderer, type PageRendererOptions } from '../pages/page-renderer.ts';
import type { PlanContent, PlanSummary } from './plan-content.ts';

/** Sets workbooks. Errors thrown: `render-failed`. */
export type PlanRenderer = PageRenderer<PlanContent, PlanSummary>;

export function createPlanRenderer(options: PageRendererOptions): PlanRenderer {
  return createPageRenderer(new URL('./plan-thread.js', import.meta.url), options);
}
