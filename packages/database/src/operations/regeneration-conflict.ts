import { PressroomError } from '@pressroom/domain';

/** Raised by the database's functions: the version of a plan that a job makes is not the next one any more. */
export const versionTaken = 'PR006';

export function regenerationConflict(
  facts: { readonly planId?: string; readonly jobId?: string },
  cause: unknown,
): PressroomError {
  const message =
    facts.planId === undefined
      ? 'The version that this job makes of its plan is there already'
      : facts.jobId === undefined
        ? `Plan ${facts.planId} has a newer version by now`
        : `Job ${facts.jobId} is making a version of plan ${facts.planId}`;
  return new PressroomError('regeneration-conflict', message, { facts, cause });
}
