import type { WritePlanInput } from '@pressroom/domain';
import type { LearningPlan } from '@pressroom/plans';

/** What of a plan is as it was asked for. */
export function frameOf({
  topic,
  skillLevel,
  learningStyle,
  weeklyMinutes,
  start,
  deadline,
  notes,
  language,
}: WritePlanInput) {
  return {
    topic,
    skillLevel,
    learningStyle,
    weeklyMinutes,
    start,
    ...(deadline === undefined ? {} : { deadline }),
    ...(notes === undefined ? {} : { notes }),
    language,
  };
}

/** What whoever follows the plan should know of how it came about, one sentence each. */
export function remarksOn(
  { notes }: WritePlanInput,
  documents: readonly { readonly leftOut?: string | undefined }[],
  method: LearningPlan['method'],
): string[] {
  const unread = documents.filter(({ leftOut }) => leftOut !== undefined).length;
  const remarks: string[] = [];
  if (method === 'scaffold') {
    remarks.push(
      unread > 0
        ? 'None of the sources could be read, and no model was asked: these are the steps that help with any topic.'
        : 'There were no sources, and no model was asked: these are the steps that help with any topic.',
    );
  } else if (unread > 0) {
    remarks.push(
      `${unread === 1 ? 'One source' : `${unread} sources`} could not be read and ${unread === 1 ? 'is' : 'are'} not in the plan.`,
    );
  }
  if (notes !== undefined && method !== 'generated')
    remarks.push('The notes were not followed: this plan was made without a model that could read them.');
  return remarks;
}
