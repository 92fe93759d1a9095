import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideRetry, errorCodes, errorRegistry, PressroomError, type RetryPolicy } from '../src/index.ts';

const codesOf = (retryability: string) =>
  fc.constantFrom(...errorCodes.filter((code) => errorRegistry[code].retryability === retryability));

const policies: fc.Arbitrary<RetryPolicy> = fc
  .record({
    attempts: fc.integer({ min: 1, max: 20 }),
    backoffBaseMs: fc.integer({ min: 1, max: 10_000 }),
    limitFactor: fc.integer({ min: 1, max: 1_000 }),
    throttleFactor: fc.integer({ min: 1, max: 1_000 }),
    losses: fc.nat({ max: 10 }),
  })
  .map(({ attempts, backoffBaseMs, limitFactor, throttleFactor, losses }) => ({
    attempts,
    backoffBaseMs,
    backoffLimitMs: backoffBaseMs * limitFactor,
    throttleLimitMs: backoffBaseMs * throttleFactor,
    throttleTotalMs: backoffBaseMs * throttleFactor * 10,
    losses,
  }));
const after = (attempts: number, throttledMs = 0) => ({ attempts, throttledMs });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a permanent error gives up, whatever was tried before', () => {
  fc.assert(
    fc.property(
      codesOf('permanent'),
      fc.nat({ max: 50 }),
      policies,
      random,
      (code, failed, policy, chance) => {
        const error = new PressroomError(code, 'no', { retryAfterMs: 5 });
        expect(decideRetry(error, after(failed), policy, chance)).toEqual({ kind: 'give-up', error });
      },
    ),
  );
});

test('a transient error fails exactly as many attempts as the policy has, and then gives up', () => {
  fc.assert(
    fc.property(codesOf('transient'), policies, random, (code, policy, chance) => {
      const error = new PressroomError(code, 'again');
      let failed = 0;
      while (decideRetry(error, after(failed), policy, chance).kind === 'retry') failed += 1;
      expect(failed + 1).toBe(policy.attempts);
      for (const later of [failed, failed + 1, failed + 100])
        expect(decideRetry(error, after(later), policy, chance)).toEqual({ kind: 'give-up', error });
    }),
  );
});

test('a backoff lies anywhere below its ceiling, which doubles up to the limit', () => {
  fc.assert(
    fc.property(
      codesOf('transient'),
      fc.nat({ max: 2_000 }),
      policies,
      random,
      (code, failed, policy, chance) => {
        const decision = decideRetry(
          new PressroomError(code, 'again'),
          after(failed),
          { ...policy, attempts: failed + 2 },
          chance,
        );
        if (decision.kind !== 'retry') throw new Error(`it is ${decision.kind}`);
        const ceiling = Math.min(policy.backoffBaseMs * 2 ** failed, policy.backoffLimitMs);
        expect(decision.delayMs).toBe(Math.round(ceiling * chance));
        expect(Number.isInteger(decision.delayMs)).toBe(true);
      },
    ),
  );
});

test('steps that fail together do not all come back together', () => {
  const policy = {
    attempts: 5,
    backoffBaseMs: 1_000,
    backoffLimitMs: 60_000,
    throttleLimitMs: 60_000,
    throttleTotalMs: 600_000,
    losses: 5,
  };
  for (const code of ['provider-unavailable', 'provider-throttled'] as const) {
    const delays = [0, 0.25, 0.5, 0.75, 0.99].map((chance) => {
      const decision = decideRetry(new PressroomError(code, 'later'), after(0), policy, chance);
      return decision.kind === 'give-up' ? Number.NaN : decision.delayMs;
    });
    expect(new Set(delays).size).toBe(5);
  }
});

test('a throttled step waits for what was asked, never less, at most a tenth above the limit, and spends nothing', () => {
  fc.assert(
    fc.property(
      codesOf('throttled'),
      fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
      fc.nat({ max: 1_000 }),
      policies,
      random,
      (code, asked, failed, policy, chance) => {
        const error = new PressroomError(code, 'wait', asked === undefined ? {} : { retryAfterMs: asked });
        const decision = decideRetry(error, after(failed), policy, chance);
        if (decision.kind !== 'wait') throw new Error(`it is ${decision.kind}`);
        expect(decision.delayMs).toBeGreaterThanOrEqual(Math.min(asked ?? 0, policy.throttleLimitMs));
        expect(decision.delayMs).toBeGreaterThanOrEqual(policy.backoffBaseMs);
        expect(decision.delayMs).toBeLessThanOrEqual(Math.ceil(policy.throttleLimitMs * 1.1));
        expect(Number.isInteger(decision.delayMs)).toBe(true);
      },
    ),
  );
});

test('a step that is asked to wait again and again waits no longer than the limit in all, and then gives up by name', () => {
  fc.assert(
    fc.property(codesOf('throttled'), policies, random, (code, policy, chance) => {
      const asked = new PressroomError(code, 'wait', { retryAfterMs: policy.throttleLimitMs });
      let waited = 0;
      let decision = decideRetry(asked, after(0, waited), policy, chance);
      while (decision.kind === 'wait') {
        waited += decision.delayMs;
        decision = decideRetry(asked, after(0, waited), policy, chance);
      }
      expect(waited).toBeLessThanOrEqual(policy.throttleTotalMs);
      // It was given up because of the next wait, not before.
      expect(waited + policy.throttleLimitMs * 1.1 + 1).toBeGreaterThan(policy.throttleTotalMs);
      if (decision.kind !== 'give-up') throw new Error(`it is ${decision.kind}`);
      expect(decision.error).toMatchObject({
        code: 'throttled-too-long',
        retryability: 'permanent',
        cause: asked,
      });
    }),
  );
});
