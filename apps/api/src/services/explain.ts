import { type Database, readExplanationFacts } from '@pressroom/database';
import {
  type ExplanationLimits,
  explainJob,
  type JobExplanation,
  PressroomError,
  queuePositionLimit,
  stepsToLookUp,
} from '@pressroom/domain';
import { aliveSeconds, forgottenSeconds, overdueMs } from '@pressroom/process';
import type { ApiResources, QueueAdmin } from '../ports.ts';

/** Questions to the queue for one explanation. */
const mostSteps = 40;
/** A step that looks lost may just have ended: only what looks so each time is said. */
const mostLooks = 3;

export interface ExplainRequest {
  readonly jobId: string;
  /** Whose job it must be; absent for operators, who also see the processes. */
  readonly accountId?: string;
}

/** @throws PressroomError `not-found` */
export async function explain(
  database: Database,
  queueAdmin: Pick<QueueAdmin, 'lookUp'>,
  limits: ExplanationLimits,
  { jobId, accountId }: ExplainRequest,
): Promise<JobExplanation> {
  for (let look = 1; ; look += 1) {
    const record = await readExplanationFacts(database, {
      jobId,
      accountId,
      positionLimit: queuePositionLimit,
      processSeconds: forgottenSeconds,
    });
    if (record === undefined) {
      const where = accountId === undefined ? '' : ' in this account';
      throw new PressroomError('not-found', `There is no job ${jobId}${where}`);
    }
    const asked = stepsToLookUp(record.steps, mostSteps);
    const queue = await queueAdmin.lookUp(
      asked.map(({ id, worker, generation }) => ({ stepId: id, worker, generation })),
    );
    const facts = { ...record, queue, limits };
    const explanation = explainJob(facts, accountId === undefined ? 'operator' : 'account');
    if (look === mostLooks || !explanation.reasons.some(({ code }) => code === 'lost')) return explanation;
  }
}

export function explanationLimits({ queue, dispatcher }: ApiResources['config']): ExplanationLimits {
  return {
    windowFlows: dispatcher.windowFlows,
    accountWindowFlows: dispatcher.accountWindowFlows,
    attempts: queue.attempts,
    losses: queue.maxStalls,
    throttledMs: queue.throttleTotalMs,
    aliveSeconds,
    foundSeconds: Math.ceil(overdueMs(dispatcher.reconcileIntervalMs) / 1_000),
  };
}
