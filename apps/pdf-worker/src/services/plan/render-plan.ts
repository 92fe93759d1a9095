import type { LearningPlan } from '@pressroom/plans';
import { clock } from '@pressroom/plans';
import { printableContent } from '../flow/printable-content.ts';
import { setFlowed } from '../flow/set-flowed.ts';
import type { DocumentProperties } from '../pages/document-metadata.ts';
import type { PlanContent, PlanSummary } from './plan-content.ts';
import { gapsNote, planNote } from './plan-notes.ts';
import { planSections } from './plan-sections.ts';
import { writtenSpan } from './written-dates.ts';

/** Sets the workbook into the file `outputPath`: cover, contents, overview, weeks, modules, sources. Runs on a thread of its own. */
export async function renderPlan(
  given: PlanContent,
  outputPath: string,
  onPage: (done: number, total: number) => void,
): Promise<PlanSummary> {
  const { content: plan, gaps } = printableContent(given.plan);
  const base = given.base && printableContent(given.base).content;
  const { pages, bytes } = await setFlowed({
    content: { ...given, plan, base },
    cover: {
      kind: plan.planVersion === 1 ? 'LEARNING PLAN' : `LEARNING PLAN, VERSION ${plan.planVersion}`,
      title: plan.topic,
      lead: leadOf(plan),
      sources: plan.documents,
      note: planNote(plan),
    },
    properties: propertiesOf(plan),
    sections: (flowed, owner) => planSections(flowed, owner, gaps),
    outputPath,
    onPage,
  });
  return { pages, preflight: [...plan.remarks, ...(gaps === 0 ? [] : [gapsNote(gaps)])], bytes };
}

function leadOf({ skillLevel, weeklyMinutes, weeks, start }: LearningPlan): string {
  const level = {
    beginner: 'For beginners',
    intermediate: 'For learners with some knowledge',
    advanced: 'For advanced learners',
  }[skillLevel];
  const count = weeks.at(-1)?.number ?? 0;
  const span = writtenSpan(start, weeks.at(-1)?.to ?? start);
  return `${level}: ${count} ${count === 1 ? 'week' : 'weeks'} with ${clock(weeklyMinutes)} each, ${span}`;
}

function propertiesOf(plan: LearningPlan): DocumentProperties {
  return {
    title: plan.topic,
    subject: planNote(plan),
    keywords: ['learning plan', plan.skillLevel, plan.method],
    digitalSource:
      plan.method === 'generated' ? 'compositeWithTrainedAlgorithmicMedia' : 'algorithmicallyEnhanced',
  };
}
