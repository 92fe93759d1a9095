import type { BreakerState } from '@pressroom/domain';

/** What happened around provider calls, in the words of the metrics. */
export interface ProviderObserver {
  callEnded(call: {
    readonly provider: string;
    readonly model: string;
    readonly outcome: 'succeeded' | 'failed' | 'aborted';
    readonly durationMs: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    /** Millionths of a US dollar; 0 where nobody knows. */
    readonly micros: number;
  }): void;
  callSaved(call: { readonly provider: string; readonly model: string }): void;
  waited(wait: { readonly provider: string; readonly model: string; readonly reason: string }): void;
  degraded(call: { readonly provider: string; readonly model: string; readonly reason: string }): void;
  breakerMoved(move: { readonly provider: string; readonly model: string; readonly to: BreakerState }): void;
}
