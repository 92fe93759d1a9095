/**
 * Everything between a step and a provider: results that the account has bought before, the breaker and the budgets of all
 * workers, and the offline provider in place of one that cannot be had.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AssetStore,
  type CallAdmission,
  type CallEnding,
  type CallPolicy,
  type CallRequest,
  type Clock,
  type DeliveredPicture,
  type ErrorCode,
  type GeneratedPicture,
  type GenerationProvider,
  type GenerationService,
  isPressroomError,
  type Log,
  type PictureOrder,
  PressroomError,
  type ProviderCallStore,
  reach,
  type StoredResult,
  storageKeys,
  verdictOf,
} from '@pressroom/domain';
import type { ProviderObserver } from './provider-observer.ts';
import { pictureResultKey } from './result-key.ts';

export interface GuardedProvider {
  readonly provider: GenerationProvider;
  readonly policy: CallPolicy;
}

export interface GenerationServiceOptions {
  readonly main: GuardedProvider;
  /** Takes over named styles while the main one cannot be had. */
  readonly fallback?:
    | (GuardedProvider & {
        /** Milliseconds: a wait for the budget that is not longer is waited for. An open breaker is never waited for. */
        readonly afterWaitMs: number;
      })
    | undefined;
  readonly calls: ProviderCallStore;
  readonly assets: AssetStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ProviderObserver | undefined;
}

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
/** Errors after which the provider has surely charged nothing. */
const freeErrors: ReadonlySet<ErrorCode> = new Set([
  'provider-unavailable',
  'provider-throttled',
  'provider-refused',
  'provider-misconfigured',
  'prompt-needs-provider',
]);

const waitCodes = {
  'circuit-open': 'provider-circuit-open',
  throttled: 'provider-throttled',
  'over-budget': 'provider-over-budget',
} as const satisfies Record<string, ErrorCode>;
type Refusal = CallAdmission & { readonly kind: keyof typeof waitCodes };

export function createGenerationService(options: GenerationServiceOptions): GenerationService {
  const { main, fallback, calls, assets, clock, log, observer } = options;
  let storeProvedAt = Number.NEGATIVE_INFINITY;

  return {
    generatePicture: async (order) => {
      const first = await obtain(main, order);
      if ('bytes' in first) return first;
      const reason = waitCodes[first.kind];
      if (fallback !== undefined && mayFallBack(first, order)) {
        const second = await obtain(fallback, order);
        if ('bytes' in second) {
          const { name, pictureModel } = main.provider;
          observer?.degraded({ provider: name, model: pictureModel, reason });
          return { ...second, degraded: { from: name, reason } };
        }
      }
      throw toWait(first, main.provider);
    },
  };

  /** A free prompt can only be waited for: the offline provider has no words. */
  function mayFallBack(refusal: Refusal, { style }: PictureOrder): boolean {
    if (typeof style !== 'string' || fallback === undefined) return false;
    return refusal.kind === 'circuit-open' || refusal.waitMs > fallback.afterWaitMs;
  }

  async function obtain(guarded: GuardedProvider, order: PictureOrder): Promise<DeliveredPicture | Refusal> {
    const { provider, policy } = guarded;
    const resultKey = pictureResultKey(provider, order);
    const names = { provider: provider.name, model: provider.pictureModel };
    const request: CallRequest = {
      caller: order.caller,
      ...names,
      resultKey,
      estimatedTokens: provider.estimatePictureTokens(order.style),
    };
    await proveStore();
    for (;;) {
      order.signal.throwIfAborted();
      const admission = await calls.begin(request, policy);
      switch (admission.kind) {
        case 'granted':
          return await buy(guarded, order, admission.callId);
        case 'found': {
          const found = await load(admission.result, provider.name, order.signal);
          if (found !== undefined) {
            observer?.callSaved(names);
            return found;
          }
          log.warn({ storageKey: admission.result.storageKey }, 'A stored result is gone; it is made again');
          await calls.forget(order.caller.accountId, resultKey, admission.result, admission.callId);
          break;
        }
        case 'busy':
          // The one who makes it holds a lease, so this ends; asking again here is cheaper than another delivery.
          await pause(Math.min(admission.waitMs, busyPollMs), order.signal);
          break;
        case 'circuit-open':
        case 'throttled':
        case 'over-budget':
          observer?.waited({ ...names, reason: admission.kind });
          return admission as Refusal;
      }
    }
  }

  async function buy(
    guarded: GuardedProvider,
    order: PictureOrder,
    callId: number,
  ): Promise<DeliveredPicture> {
    const { provider, policy } = guarded;
    const begun = performance.now();
    let made: GeneratedPicture;
    try {
      made = await provider.generatePicture(order);
    } catch (error) {
      await endFailed(guarded, callId, error, performance.now() - begun, order.signal);
      throw error;
    }
    await reach('generate.answered');
    const durationMs = performance.now() - begun;
    const { usage } = made;
    observe(guarded, { kind: 'succeeded', usage, durationMs, result: undefined });
    // What was paid for is held on to until the lease ends: another step of the account would then buy it.
    const patience = { until: begun + policy.leaseMs - leaseEndMs, signal: order.signal };
    let result: StoredResult;
    try {
      // Also when the step is told to stop meanwhile: what was paid for is kept for its next run.
      result = await patiently(() => keep(made, order.caller.accountId), patience);
    } catch (error) {
      await calls.end(callId, { kind: 'succeeded', usage, durationMs, result: undefined }, 'healthy', policy);
      throw error;
    }
    const end = await patiently(
      () => calls.end(callId, { kind: 'succeeded', usage, durationMs, result }, 'healthy', policy),
      patience,
    );
    tellBreaker(guarded, end.breaker);
    const first = end.result;
    if (first !== undefined && first.storageKey !== result.storageKey) {
      // A call that was given up for lost ended before this one: everything refers to its result.
      const other = await load(first, provider.name, order.signal);
      if (other !== undefined) return { ...other, saved: false };
    }
    return { ...made, saved: false };
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

  async function endFailed(
    guarded: GuardedProvider,
    callId: number,
    error: unknown,
    durationMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const known = !signal.aborted && isPressroomError(error) ? error : undefined;
    const ending: CallEnding = signal.aborted
      ? { kind: 'aborted', durationMs }
      : {
          kind: 'failed',
          code: known?.code ?? 'internal',
          durationMs,
          pauseMs: known?.code === 'provider-throttled' ? known.retryAfterMs : undefined,
          free: known !== undefined && freeErrors.has(known.code),
        };
    observe(guarded, ending);
    try {
      const verdict = ending.kind === 'failed' ? verdictOf(ending.code) : 'unknown';
      tellBreaker(guarded, (await calls.end(callId, ending, verdict, guarded.policy)).breaker);
    } catch (cause) {
      // The call's lease runs out by itself; the caller learns why the call failed and not why that was not written down.
      log.warn({ err: cause, callId }, 'The end of a provider call could not be recorded');
    }
  }

  function observe({ provider }: GuardedProvider, ending: CallEnding): void {
    const usage = ending.kind === 'succeeded' ? ending.usage : undefined;
    observer?.callEnded({
      provider: provider.name,
      model: provider.pictureModel,
      outcome: ending.kind,
      durationMs: ending.durationMs,
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
    });
  }

  function tellBreaker(
    { provider }: GuardedProvider,
    to: Parameters<ProviderObserver['breakerMoved']>[0]['to'] | undefined,
  ): void {
    if (to === undefined) return;
    const names = { provider: provider.name, model: provider.pictureModel };
    observer?.breakerMoved({ ...names, to });
    log.warn(
      { ...names, breaker: to },
      to === 'closed' ? 'The provider is back' : 'The provider is left alone',
    );
  }

  async function keep(made: GeneratedPicture, accountId: string): Promise<StoredResult> {
    const sha256 = createHash('sha256').update(made.bytes).digest('hex');
    const blob = await assets.put(storageKeys.content(accountId, sha256), made.bytes, {
      contentType: made.mediaType,
    });
    const { mediaType, width, height, model } = made;
    return { storageKey: blob.key, mediaType, bytes: blob.bytes, sha256, width, height, model };
  }

  /** Undefined when the bytes are gone or others. */
  async function load(
    { storageKey, sha256, mediaType, width, height, model }: StoredResult,
    provider: string,
    signal: AbortSignal,
  ): Promise<DeliveredPicture | undefined> {
    try {
      const bytes = await assets.getBytes(storageKey, { maxBytes: maxResultBytes, signal });
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
      return {
        bytes,
        mediaType: mediaType as GeneratedPicture['mediaType'],
        width,
        height,
        provider,
        model,
        saved: true,
      };
    } catch (error) {
      if (isPressroomError(error) && error.code === 'asset-missing') return undefined;
      throw error;
    }
  }

  function toWait({ kind, waitMs }: Refusal, { name, pictureModel }: GenerationProvider): PressroomError {
    const retryAt = new Date(clock.now().getTime() + waitMs).toISOString();
    return new PressroomError(waitCodes[kind], waitMessages[kind], {
      retryAfterMs: waitMs,
      exactWait: kind === 'over-budget',
      facts: { provider: name, model: pictureModel, retryAt },
    });
  }
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
