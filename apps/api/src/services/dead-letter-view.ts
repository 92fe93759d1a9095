import type { DeadLetterRow } from '@pressroom/database';
import type { DeadLetter, DeadLetterSummary } from '@pressroom/domain';
import { redactText } from '@pressroom/observability';
import { toFailure } from './job-view.ts';

export function toDeadLetterSummary(row: DeadLetterRow): DeadLetterSummary {
  const self = `/api/admin/dead-letters/${row.id}`;
  return {
    id: row.id,
    accountId: row.accountId,
    jobId: row.jobId,
    stepId: row.stepId,
    kind: row.kind,
    step: row.key,
    handler: row.handler,
    worker: row.worker,
    itemIndex: row.itemIndex,
    round: row.round,
    generation: row.generation,
    error: toFailure(row.error),
    createdAt: row.createdAt.toISOString(),
    replayedAt: row.replayedAt?.toISOString() ?? null,
    replayedBy: row.replayedBy,
    links: { self, replay: `${self}/replay`, job: `/api/admin/jobs/${row.jobId}/explanation` },
  };
}

export function toDeadLetter(row: DeadLetterRow): DeadLetter {
  return {
    ...toDeadLetterSummary(row),
    input: withoutSecrets(row.input),
    failures: withoutSecrets(row.failures),
    logs: withoutSecrets(row.logs),
  };
}

/** The log's lines were redacted when they were kept; what an account has written into its job was not. */
function withoutSecrets<Value>(value: Value): Value {
  return JSON.parse(redactText(JSON.stringify(value))) as Value;
}
