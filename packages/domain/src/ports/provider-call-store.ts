import type { ErrorCode } from '../errors/error-registry.ts';
import type { BreakerState, CallVerdict } from '../machines/breaker-machine.ts';
import type { CallSpending } from '../usage/model-price.ts';

/** For whom a call is made: the account that owns the result, and the step that waits for it. */
export interface Caller {
  readonly accountId: string;
  readonly jobId: string;
  readonly stepId: string;
}

/** Limits that all processes keep together; an absent one does not apply. */
export interface CallPolicy {
  readonly breaker?:
    | {
        /** Failures in a row that open it. */
        readonly failures: number;
        /** Milliseconds that it stays open before one call may probe. */
        readonly recoveryMs: number;
      }
    | undefined;
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
  /** Milliseconds after which a call that has not ended counts as lost: its probe and its result are free for others. */
  readonly leaseMs: number;
}

export interface CallRequest {
  readonly caller: Caller;
  readonly provider: string;
  readonly model: string;
  /** SHA-256 of everything that decides the result, hex. */
  readonly resultKey: string;
  /** Reserved before the call; what it really took is settled after it. */
  readonly estimatedTokens: number;
}

/** The result of a finished call, as it lies in the asset store. */
export interface StoredResult {
  readonly storageKey: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of a picture. */
  readonly width?: number | null;
  readonly height?: number | null;
  /** As the provider named it for this result. */
  readonly model: string;
}

/**
 * - `granted`: make the call, then tell how it ended.
 * - `found`: the account has this result already; `callId` names the row that says that a call was saved.
 * - `busy`: someone of the account is making it just now; look again later.
 * - `circuit-open`, `throttled`, `over-budget`: not now; nothing was reserved, and the wait spends nothing.
 *
 * `waitMs`: until it is worth asking again, in milliseconds. For `over-budget` it is the exact time until there is room.
 */
export type CallAdmission =
  | { readonly kind: 'granted'; readonly callId: number; readonly probe: boolean }
  | { readonly kind: 'found'; readonly callId: number; readonly result: StoredResult }
  | {
      readonly kind: 'busy' | 'circuit-open' | 'throttled' | 'over-budget';
      readonly waitMs: number;
    };

/** What a call took and what that costs; `micros` is undefined when nobody knows. */
export interface CallBill extends CallSpending {
  readonly micros: number | undefined;
}

export type CallEnding =
  | {
      readonly kind: 'succeeded';
      readonly bill: CallBill;
      readonly durationMs: number;
      /** Absent when the bytes could not be kept. */
      readonly result: StoredResult | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly durationMs: number;
      /** What the provider asked for: everybody's next call waits so long. */
      readonly pauseMs: number | undefined;
      /** Undefined when nobody knows what it took; nothing at all when the provider has surely charged nothing. */
      readonly bill: CallBill | undefined;
    }
  | { readonly kind: 'aborted'; readonly durationMs: number; readonly bill: CallBill | undefined };

export interface CallEnd {
  /** The stored result of this key: another call's when that was there first. */
  readonly result: StoredResult | undefined;
  /** Set when the end of this call moved the breaker. */
  readonly breaker: BreakerState | undefined;
}

/** Where a provider's model stands, for all processes. */
export interface ProviderState {
  readonly provider: string;
  readonly model: string;
  readonly breaker: BreakerState;
  readonly failuresInARow: number;
  readonly openUntil: Date | undefined;
  readonly pausedUntil: Date | undefined;
  readonly callsRunning: number;
  /** Of the last 60 seconds, those under way included. */
  readonly requestsLastMinute: number;
  readonly tokensLastMinute: number;
  /** Steps that wait for the budget. */
  readonly waiting: number;
}

/**
 * What all processes know together about calls of providers: breakers, budgets, stored results, and the usage of every call.
 * Every method is one statement, and throws `database-unavailable`.
 */
export interface ProviderCallStore {
  begin(request: CallRequest, policy: CallPolicy): Promise<CallAdmission>;
  end(callId: number, ending: CallEnding, verdict: CallVerdict, policy: CallPolicy): Promise<CallEnd>;
  /** A result that was found and whose bytes are gone or altered is as if it had never been; nor was a call saved. */
  forget(accountId: string, resultKey: string, result: StoredResult, callId: number): Promise<void>;
  states(): Promise<readonly ProviderState[]>;
}
