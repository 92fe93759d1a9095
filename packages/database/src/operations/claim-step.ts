import {
  type ChildStep,
  type ClaimedStep,
  type ClaimOutcome,
  type DispatchStep,
  type HandlerName,
  isSettled,
  type JobStatus,
  jobMachine,
  type StepStatus,
  type StepTicket,
  stepMachine,
  type WorkerType,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { allowedFrom, targetOf } from '../guard.ts';

interface ClaimRow extends Record<string, unknown> {
  fence: number;
  account_id: string;
  handler: HandlerName;
  input: unknown;
  item_index: number | null;
  attempts: number;
  losses: number;
  throttled_ms: number;
  stage: string | null;
  stage_data: Record<string, unknown> | null;
  request_id: string | null;
  children: readonly {
    stepId: string;
    key: string;
    handler: HandlerName;
    itemIndex: number | null;
    status: string;
    output: unknown;
  }[];
}

/**
 * Takes a step over, in one statement: the guard, the new fencing token, the event, and everything its handler needs.
 * A step that is `running` may be claimed too: the queue only delivers it again when it believes the first worker dead.
 */
export async function claimStep(
  executor: Executor,
  ticket: StepTicket,
  workerId: string,
): Promise<ClaimOutcome> {
  const result = await executor.execute<ClaimRow>(sql`
    select * from claim_step(${ticket.stepId}, ${ticket.jobId}, ${ticket.generation}, ${workerId},
      ${targetOf(jobMachine, 'admit')}, ${allowedFrom(stepMachine, 'claim')}, ${targetOf(stepMachine, 'claim')})`);
  const row = result.rows[0];
  return row === undefined
    ? await whyNotClaimed(executor, ticket)
    : { kind: 'claimed', step: toClaimedStep(ticket, row) };
}

async function whyNotClaimed(executor: Executor, ticket: StepTicket): Promise<ClaimOutcome> {
  const result = await executor.execute<{
    status: StepStatus;
    generation: number;
    fence: number;
    job_status: JobStatus;
  }>(sql`
    select steps.status, steps.generation, steps.fence, jobs.status as job_status
    from steps join jobs on jobs.id = steps.job_id where steps.id = ${ticket.stepId}`);
  const step = result.rows[0];
  // A step whose job was deleted has nothing left to do either.
  if (step === undefined || isSettled(step.job_status) || stepMachine.final.includes(step.status))
    return { kind: 'settled' };
  if (step.generation !== ticket.generation) return { kind: 'superseded' };
  // One that never ran has added nothing: the queue has given up a planned child. A second copy in this flow would outlive the rebuild.
  const unsettled = step.fence === 0 ? [] : await stepsBelow(executor, ticket.stepId);
  return { kind: 'children-unsettled', unsettled };
}

/** Everything below a step that has not ended, children before parents. */
async function stepsBelow(executor: Executor, stepId: string): Promise<readonly DispatchStep[]> {
  const result = await executor.execute<{
    id: string;
    parent_id: string;
    key: string;
    handler: HandlerName;
    worker: WorkerType;
  }>(sql`
    with recursive below as (
      select id, parent_id, key, handler, worker, position from steps where parent_id = ${stepId} and settled_at is null
      union all
      select step.id, step.parent_id, step.key, step.handler, step.worker, step.position
      from steps step join below on step.parent_id = below.id where step.settled_at is null
    )
    select id, parent_id, key, handler, worker from below order by position`);
  return result.rows.map(({ id, parent_id, ...step }) => ({ stepId: id, parentId: parent_id, ...step }));
}

function toClaimedStep(ticket: StepTicket, row: ClaimRow): ClaimedStep {
  return {
    stepId: ticket.stepId,
    jobId: ticket.jobId,
    fence: row.fence,
    accountId: row.account_id,
    handler: row.handler,
    input: row.input,
    itemIndex: row.item_index ?? undefined,
    attempts: row.attempts,
    losses: row.losses,
    throttledMs: row.throttled_ms,
    stage: row.stage === null ? undefined : { state: row.stage, data: row.stage_data ?? {} },
    children: row.children.map(
      (child): ChildStep => ({
        stepId: child.stepId,
        key: child.key,
        handler: child.handler,
        itemIndex: child.itemIndex ?? undefined,
        status: child.status as ChildStep['status'],
        output: child.output ?? undefined,
      }),
    ),
    requestId: row.request_id ?? undefined,
  };
}
