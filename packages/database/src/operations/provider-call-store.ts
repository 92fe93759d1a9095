import {
  type BreakerState,
  breakerMachine,
  type CallAdmission,
  type CallEnding,
  type Clock,
  type ProviderCallStore,
  type ProviderState,
  type StoredResult,
  storableText,
} from '@pressroom/domain';
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../connection.ts';
import { namingLosses } from '../database-loss.ts';
import { json } from '../guard.ts';

/** The longest place in the line for a budget, in milliseconds: who is further behind asks again after it. */
const longestWaitMs = 3_600_000;

interface AdmissionRow extends Record<string, unknown> {
  kind: CallAdmission['kind'];
  call_id: string | null;
  probe: boolean;
  wait_ms: number;
  result: StoredResult | null;
}

interface StateRow extends Record<string, unknown> {
  provider: string;
  model: string;
  breaker: BreakerState;
  failures: number;
  open_until: string | null;
  paused_until: string | null;
  running: string;
  requests: string;
  tokens: string;
  waiting: string;
}

/**
 * What all workers know together about provider calls, on PostgreSQL. The decisions are made by two SQL functions
 * (`begin_provider_call`, `end_provider_call`) under the lock of the provider's row.
 *
 * @param clock for tests; without it the database's own clock holds, which is the same for everybody
 */
export function createProviderCallStore(database: Database, clock?: Clock): ProviderCallStore {
  const { executor } = database;
  const now = (): string | null => clock?.now().toISOString() ?? null;
  return {
    begin: (request, policy) =>
      namingLosses(async () => {
        const { caller, provider, model, resultKey, estimatedTokens } = request;
        const result = await executor.execute<AdmissionRow>(sql`
          select * from begin_provider_call(${caller.accountId}, ${caller.jobId}, ${caller.stepId}, ${provider}, ${model}, ${resultKey},
            ${estimatedTokens}, ${policy.leaseMs}, ${policy.breaker?.recoveryMs ?? null}, ${policy.requestsPerMinute ?? null},
            ${policy.tokensPerMinute ?? null}, ${json(breakerMachine.transitions)}, ${longestWaitMs}, ${now()})`);
        const row = result.rows[0];
        if (row === undefined) throw new Error('begin_provider_call gave no row');
        return toAdmission(row);
      }),
    end: (callId, ending, verdict, policy) =>
      namingLosses(async () => {
        const result = await executor.execute<{
          result: StoredResult | null;
          breaker: BreakerState | null;
        }>(sql`
          select * from end_provider_call(${callId}, ${ending.kind}, ${ending.kind === 'failed' ? ending.code : null}, ${verdict},
            ${endingArguments(ending)}, ${policy.breaker?.failures ?? null}, ${policy.breaker?.recoveryMs ?? null},
            ${json(breakerMachine.transitions)}, ${now()}, ${ending.bill?.pictures ?? 0}, ${ending.bill?.micros ?? null})`);
        const row = result.rows[0];
        return { result: row?.result ?? undefined, breaker: row?.breaker ?? undefined };
      }),
    forget: (accountId, resultKey, stored, callId) =>
      namingLosses(async () => {
        await executor.execute(sql`
          with forgotten as (
            delete from stored_results where account_id = ${accountId} and key = ${resultKey} and storage_key = ${stored.storageKey}
          ), unsaved as (
            delete from provider_calls where id = ${callId} and account_id = ${accountId} and outcome = 'saved'
            returning account_id, provider, model, usage_month(ended_at) as month
          )
          update usage_months set saved = saved - 1 from unsaved where usage_months.account_id = unsaved.account_id
            and usage_months.month = unsaved.month and usage_months.provider = unsaved.provider and usage_months.model = unsaved.model`);
      }),
    states: () => namingLosses(() => readStates(database)),
  };
}

/** Tokens by direction, tokens in all (null: nobody knows), duration, pause, result. */
function endingArguments(ending: CallEnding): SQL {
  const { bill } = ending;
  const usage = bill?.usage;
  const total = usage === undefined ? null : usage.inputTokens + usage.outputTokens;
  const pauseMs = ending.kind === 'failed' ? (ending.pauseMs ?? null) : null;
  const result = ending.kind === 'succeeded' ? ending.result : undefined;
  const kept = result === undefined ? null : json({ ...result, model: storableText(result.model, 200) });
  return sql`${usage?.inputTokens ?? null}, ${usage?.outputTokens ?? null}, ${total}, ${Math.round(ending.durationMs)}, ${pauseMs}, ${kept}`;
}

function toAdmission(row: AdmissionRow): CallAdmission {
  switch (row.kind) {
    case 'granted':
      return { kind: 'granted', callId: Number(row.call_id), probe: row.probe };
    case 'found':
      if (row.result === null) throw new Error('begin_provider_call found a result without bytes');
      return { kind: 'found', callId: Number(row.call_id), result: row.result };
    default:
      return { kind: row.kind, waitMs: Math.ceil(row.wait_ms) };
  }
}

async function readStates(database: Database): Promise<readonly ProviderState[]> {
  const result = await database.executor.execute<StateRow>(sql`
    select state.provider, state.model, state.breaker, state.failures, state.open_until, state.paused_until,
      recent.running, recent.requests, recent.tokens,
      (select count(*) from provider_waits waiting where waiting.provider = state.provider and waiting.model = state.model
        and waiting.retry_at >= now() - interval '2 seconds') as waiting
    from provider_states state cross join lateral (
      select count(*) filter (where call.outcome = 'running') as running, count(*) as requests,
        coalesce(sum(coalesce(call.input_tokens + call.output_tokens, call.reserved_tokens)), 0) as tokens
      from provider_calls call where call.provider = state.provider and call.model = state.model and call.outcome <> 'saved'
        and call.started_at > now() - interval '60 seconds') recent
    order by state.provider, state.model`);
  return result.rows.map((row) => ({
    provider: row.provider,
    model: row.model,
    breaker: row.breaker,
    failuresInARow: row.failures,
    openUntil: row.open_until === null ? undefined : new Date(row.open_until),
    pausedUntil: row.paused_until === null ? undefined : new Date(row.paused_until),
    callsRunning: Number(row.running),
    requestsLastMinute: Number(row.requests),
    tokensLastMinute: Number(row.tokens),
    waiting: Number(row.waiting),
  }));
}
