/**
 * What stands between a step and any call of a provider: results that the account has bought before, the breaker and the budgets of
 * all workers.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AssetStore,
  type CallAdmission,
  type CallBill,
  type CallEnding,
  type Caller,
  type CallPolicy,
  type CallSpending,
  type Clock,
  type ErrorCode,
  isPressroomError,
  type Log,
  type ModelPrices,
  microsOf,
  PressroomError,
  type ProviderCallStore,
  reach,
  type StoredResult,
  storageKeys,
  type TokenUsage,
  verdictOf,
} from '@pressroom/domain';
import type { ProviderObserver } from './provider-observer.ts';

export interface GuardedCallsOptions {
  readonly calls: ProviderCallStore;
  readonly assets: AssetStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ProviderObserver | undefined;
  /** Of online models; what has no price here costs nobody knows what. */
  readonly prices?: ModelPrices | undefined;
}

/** One call of one model, whatever it makes. */
export interface GuardedCall<Made> {
  readonly provider: string;
  readonly model: string;
  readonly policy: CallPolicy;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** SHA-256, hex, of everything that decides what comes out. */
  readonly resultKey: string;
  readonly estimatedTokens: number;
  make(): Promise<Made>;
  usageOf(made: Made): TokenUsage | undefined;
  /** Pictures in what was made. */
  readonly pictures: number;
  /** The bytes that are kept, and what is kept beside them. */
  encode(made: Made): ResultBytes;
  decode(bytes: Buffer, stored: StoredResult): Made;
}

type CalledModel = Pick<GuardedCall<unknown>, 'provider' | 'model'>;

export interface ResultBytes extends Pick<StoredResult, 'mediaType' | 'width' | 'height' | 'model'> {
  readonly bytes: Uint8Array;
}

export interface Obtained<Made> {
  readonly kind: 'obtained';
  readonly made: Made;
  /** True when the account had bought this result before: no call was made. */
  readonly saved: boolean;
  /** The result turned out to be of no use: it is not found again. */
  readonly forget: () => Promise<void>;
}

export interface GuardedCalls {
  /** The result, or why it cannot be had now. Errors thrown: those of the call, of the asset store and of the record. */
  obtain<Made>(call: GuardedCall<Made>): Promise<Obtained<Made> | Refusal>;
}

export const waitCodes = {
  'circuit-open': 'provider-circuit-open',
  throttled: 'provider-throttled',
  'over-budget': 'provider-over-budget',
} as const satisfies Record<string, ErrorCode>;
export type Refusal = CallAdmission & { readonly kind: keyof typeof waitCodes };

/** The largest answer that a provider reads is 40 MB. */
const maxResultBytes = 40_000_000;
/** How often a step looks whether another one of its account has finished the call that it wants too, in milliseconds. */
const busyPollMs = 250;
/** Milliseconds for which a store that has taken bytes is believed to take more: an answer that cannot be kept must not be bought. */
const trustStoreMs = 5_000;
/** Milliseconds before the end of a call's lease at which its answer is not waited with any more. */
const leaseEndMs = 5_000;
/** What may be away for a while where an answer is kept. */
const keepersLost: ReadonlySet<ErrorCode> = new Set([
  'storage-full',
  'storage-unavailable',
  'database-unavailable',
]);
const offlineName = 'offline';
const freeBill: CallBill = { usage: { inputTokens: 0, outputTokens: 0 }, pictures: 0, micros: 0 };
/** Errors after which the provider has surely charged nothing. */
const freeErrors: ReadonlySet<ErrorCode> = new Set([
  'provider-throttled',
  'provider-refused',
  'provider-misconfigured',
  'prompt-needs-provider',
]);

export function createGuardedCalls({
  calls,
  assets,
  log,
  observer,
  prices = {},
}: GuardedCallsOptions): GuardedCalls {
  let storeProvedAt = Number.NEGATIVE_INFINITY;
  return { obtain };

  async function obtain<Made>(call: GuardedCall<Made>): Promise<Obtained<Made> | Refusal> {
    const { provider, model, caller, resultKey, estimatedTokens, signal } = call;
    const names = { provider, model };
    await proveStore();
    for (;;) {
      signal.throwIfAborted();
      const admission = await calls.begin({ caller, ...names, resultKey, estimatedTokens }, call.policy);
      switch (admission.kind) {
        case 'granted':
          return await buy(call, admission.callId);
        case 'found': {
          const made = await load(call, admission.result);
          if (made !== undefined) {
            observer?.callSaved(names);
            return obtained(call, made, true, admission.result, admission.callId);
          }
          log.warn({ storageKey: admission.result.storageKey }, 'A stored result is gone; it is made again');
          await calls.forget(caller.accountId, resultKey, admission.result, admission.callId);
          break;
        }
        case 'busy':
          // The one who makes it holds a lease, so this ends; asking again here is cheaper than another delivery.
          await pause(Math.min(admission.waitMs, busyPollMs), signal);
          break;
        case 'circuit-open':
        case 'throttled':
        case 'over-budget':
          observer?.waited({ ...names, reason: admission.kind });
          return admission as Refusal;
      }
    }
  }

  async function buy<Made>(call: GuardedCall<Made>, callId: number): Promise<Obtained<Made>> {
    const { policy, caller } = call;
    const begun = performance.now();
    let made: Made;
    try {
      made = await call.make();
    } catch (error) {
      await endFailed(call, callId, error, performance.now() - begun);
      throw error;
    }
    await reach('generate.answered');
    const durationMs = performance.now() - begun;
    const bill = billOf(call, { usage: call.usageOf(made), pictures: call.pictures });
    observe(call, { kind: 'succeeded', bill, durationMs, result: undefined });
    // What was paid for is held on to until the lease ends: another step of the account would then buy it.
    const patience = { until: begun + policy.leaseMs - leaseEndMs, signal: call.signal };
    let result: StoredResult;
    try {
      // Also when the step is told to stop meanwhile: what was paid for is kept for its next run.
      result = await patiently(() => keep(call.encode(made), caller.accountId), patience);
    } catch (error) {
      await calls.end(callId, { kind: 'succeeded', bill, durationMs, result: undefined }, 'healthy', policy);
      throw error;
    }
    const end = await patiently(
      () => calls.end(callId, { kind: 'succeeded', bill, durationMs, result }, 'healthy', policy),
      patience,
    );
    tellBreaker(call, end.breaker);
    const first = end.result;
    if (first !== undefined && first.storageKey !== result.storageKey) {
      // A call that was given up for lost ended before this one: everything refers to its result.
      const other = await load(call, first);
      if (other !== undefined) return obtained(call, other, false, first, callId);
    }
    return obtained(call, made, false, result, callId);
  }

  /** A full disk is better found before the call than after it. */
  async function proveStore(): Promise<void> {
    if (performance.now() - storeProvedAt < trustStoreMs) return;
    await assets.check();
    storeProvedAt = performance.now();
  }

  /** Tries again while what keeps answers is away; once more when the step is told to stop. */
  async function patiently<Result>(
    work: () => Promise<Result>,
    { until, signal }: { readonly until: number; readonly signal: AbortSignal },
  ): Promise<Result> {
    for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, 2_000)) {
      try {
        return await work();
      } catch (error) {
        storeProvedAt = Number.NEGATIVE_INFINITY;
        const mayPass = isPressroomError(error) && keepersLost.has(error.code);
        if (!mayPass || signal.aborted || performance.now() + pauseMs > until) throw error;
        log.warn({ err: error, pauseMs }, 'An answer that was paid for cannot be kept yet; trying again');
        await delay(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  function obtained<Made>(
    { caller, resultKey }: GuardedCall<Made>,
    made: Made,
    saved: boolean,
    result: StoredResult,
    callId: number,
  ): Obtained<Made> {
    const forget = (): Promise<void> => calls.forget(caller.accountId, resultKey, result, callId);
    return { kind: 'obtained', made, saved, forget };
  }

  async function endFailed(
    call: CalledModel & Pick<GuardedCall<unknown>, 'signal' | 'policy'>,
    callId: number,
    error: unknown,
    durationMs: number,
  ): Promise<void> {
    const { signal, policy } = call;
    const known = !signal.aborted && isPressroomError(error) ? error : undefined;
    const ending: CallEnding = signal.aborted
      ? { kind: 'aborted', durationMs, bill: failedBill(call, undefined) }
      : {
          kind: 'failed',
          code: known?.code ?? 'internal',
          durationMs,
          pauseMs: known?.code === 'provider-throttled' ? known.retryAfterMs : undefined,
          bill: failedBill(call, known),
        };
    observe(call, ending);
    try {
      const verdict = ending.kind === 'failed' ? verdictOf(ending.code) : 'unknown';
      tellBreaker(call, (await calls.end(callId, ending, verdict, policy)).breaker);
    } catch (cause) {
      // The call's lease runs out by itself; the caller learns why the call failed and not why that was not written down.
      log.warn({ err: cause, callId }, 'The end of a provider call could not be recorded');
    }
  }

  /** The offline provider costs nothing; what it takes is this machine's. */
  function billOf({ provider, model }: CalledModel, spending: CallSpending): CallBill {
    const isFree = provider === offlineName || tookNothing(spending);
    const micros = isFree ? 0 : microsOf(prices[model], spending);
    return { ...spending, micros };
  }

  /** What nobody counted is not known, unless it surely was nothing. */
  function failedBill(call: CalledModel, error: PressroomError | undefined): CallBill {
    if (error !== undefined && error.usage === undefined && freeErrors.has(error.code)) return freeBill;
    return billOf(call, { usage: error?.usage, pictures: 0 });
  }

  function observe({ provider, model }: CalledModel, ending: CallEnding): void {
    const { bill } = ending;
    observer?.callEnded({
      provider,
      model,
      outcome: ending.kind,
      durationMs: ending.durationMs,
      inputTokens: bill?.usage?.inputTokens ?? 0,
      outputTokens: bill?.usage?.outputTokens ?? 0,
      micros: bill?.micros ?? 0,
    });
  }

  function tellBreaker(
    { provider, model }: CalledModel,
    to: Parameters<ProviderObserver['breakerMoved']>[0]['to'] | undefined,
  ): void {
    if (to === undefined) return;
    observer?.breakerMoved({ provider, model, to });
    log.warn(
      { provider, model, breaker: to },
      to === 'closed' ? 'The provider is back' : 'The provider is left alone',
    );
  }

  async function keep({ bytes, mediaType, ...rest }: ResultBytes, accountId: string): Promise<StoredResult> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const blob = await assets.put(storageKeys.content(accountId, sha256), bytes, { contentType: mediaType });
    return { storageKey: blob.key, mediaType, bytes: blob.bytes, sha256, ...rest };
  }

  /** Undefined when the bytes are gone or others. */
  async function load<Made>(call: GuardedCall<Made>, stored: StoredResult): Promise<Made | undefined> {
    try {
      const bytes = await assets.getBytes(stored.storageKey, {
        maxBytes: maxResultBytes,
        signal: call.signal,
      });
      if (createHash('sha256').update(bytes).digest('hex') !== stored.sha256) return undefined;
      return call.decode(bytes, stored);
    } catch (error) {
      if (isPressroomError(error) && error.code === 'asset-missing') return undefined;
      throw error;
    }
  }
}

function tookNothing({ usage, pictures }: CallSpending): boolean {
  return pictures === 0 && usage !== undefined && usage.inputTokens + usage.outputTokens === 0;
}

/** A refusal as an error whose wait spends no attempt. */
export function toWait(
  { kind, waitMs }: Refusal,
  { provider, model }: CalledModel,
  clock: Clock,
): PressroomError {
  const retryAt = new Date(clock.now().getTime() + waitMs).toISOString();
  return new PressroomError(waitCodes[kind], waitMessages[kind], {
    retryAfterMs: waitMs,
    exactWait: kind === 'over-budget',
    facts: { provider, model, retryAt },
  });
}

const waitMessages = {
  'circuit-open': 'The provider has failed several times in a row and is left alone for a while',
  throttled: 'The provider has asked to wait',
  'over-budget': "This account's share of the calls of this minute is used up",
} as const satisfies Record<keyof typeof waitCodes, string>;

/** Ends with the signal's own reason. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
