import { type ChildStep, type CuratePlanOutput, PressroomError, type StepHandler } from '@pressroom/domain';
import { planSchema } from '@pressroom/plans';
import { loadContent, type RenderServices, renderAndStore } from '../services/flow/render-and-store.ts';
import type { PlanContent, PlanSummary } from '../services/plan/plan-content.ts';

export type RenderPlanServices = RenderServices<PlanContent, PlanSummary>;

/** Sets the workbook of a plan that is there as JSON. Errors: `asset-missing`, `asset-altered`, `render-failed`. */
export function createRenderPlanHandler(services: RenderPlanServices): StepHandler<'render-plan'> {
  return async (context) => {
    const { pageSize } = context.input;
    const { plan: reference, markdown, calendar, sources, skipped } = curatedPlan(context.children);
    const plan = await loadContent(services.store, reference, planSchema, context.signal);
    const before = context.input.base?.plan;
    const base = before && (await loadContent(services.store, before, planSchema, context.signal));
    const content = { plan, base, language: plan.language, pageSize };
    const { summary, document } = await renderAndStore(services, context, content);
    const { pages, preflight } = summary;
    return {
      output: { document, plan: reference, markdown, calendar, pages, skipped, preflight },
      assets: [{ ...document, role: 'document' }],
      planVersion: {
        document: document.assetId,
        plan: reference.assetId,
        markdown: markdown.assetId,
        calendar: calendar.assetId,
        pages,
        // A step of an older build has not said which.
        sources: sources ?? [],
      },
    };
  };
}

function curatedPlan(children: readonly ChildStep[]): CuratePlanOutput {
  const child = children.find(({ handler, status }) => handler === 'curate-plan' && status === 'succeeded');
  if (child === undefined) throw new PressroomError('internal', 'The workbook was started without its plan');
  // The catalog fixes what a succeeded step of this handler has written.
  return child.output as CuratePlanOutput;
}
