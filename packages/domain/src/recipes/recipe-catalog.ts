import { documentReport } from './document-report.ts';
import { learningPlan } from './learning-plan.ts';
import { learningPlanRegeneration } from './learning-plan-regeneration.ts';
import { pictureBook } from './picture-book.ts';

/** Every job kind. A new kind is one recipe file, its handlers, and one line here. */
export const recipes = {
  'picture-book': pictureBook,
  'document-report': documentReport,
  'learning-plan': learningPlan,
  'learning-plan-regeneration': learningPlanRegeneration,
} as const;

export type JobKind = keyof typeof recipes;
export const jobKinds = Object.keys(recipes) as readonly JobKind[];
