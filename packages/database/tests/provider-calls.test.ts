/** The breaker, the budgets and the stored results that all workers share (design, section 7 and invariant 4), on a clock that stands still. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type BreakerState,
  breakerMachine,
  type CallAdmission,
  type CallEnding,
  type CallPolicy,
  type CallVerdict,
  nextState,
  type ProviderCallStore,
  type StoredResult,
} from '@pressroom/domain';
import { type FakeClock, fakeClock } from '@pressroom/testing';
import fc from 'fast-check';
import { createProviderCallStore, endLostCalls, listJobUsage } from '../src/index.ts';
import { accountId, openAccount, openScene, type Scene } from './scene.ts';

const policy: CallPolicy = { breaker: { failures: 5, recoveryMs: 60_000 }, leaseMs: 100_000 };
const noBreaker: CallPolicy = { leaseMs: 100_000 };
const resultOf = (name: string): StoredResult => ({
  storageKey: `accounts/${accountId}/${name}`,
  mediaType: 'image/png',
  bytes: 10,
  sha256: 'a'.repeat(64),
  width: 3,
  height: 2,
  model: 'a-model',
});
const success = (result?: StoredResult, tokens?: number): CallEnding => ({
  kind: 'succeeded',
  bill: {
    usage: tokens === undefined ? undefined : { inputTokens: tokens, outputTokens: 0 },
    pictures: 0,
    micros: tokens,
  },
  durationMs: 5,
  result,
});
const failed: CallEnding = {
  kind: 'failed',
  code: 'provider-unavailable',
  durationMs: 5,
  pauseMs: undefined,
  bill: { usage: { inputTokens: 0, outputTokens: 0 }, pictures: 0, micros: 0 },
};
const endings: Readonly<Record<CallVerdict, CallEnding>> = {
  healthy: success(),
  failing: failed,
  unknown: { kind: 'aborted', durationMs: 5, bill: undefined },
};

let scene: Scene;
let clock: FakeClock;
let store: ProviderCallStore;
let serial = 0;

beforeAll(async () => {
  scene = await openScene({ poolSize: 16 });
  for (const id of [accountId, 'acct_b', 'acct_c', 'acct_d']) {
    if (id !== accountId) await openAccount(scene, id, 0);
    await scene.sql(
      `insert into jobs (id, account_id, kind, input, on_item_failure, price) values ($1, $2, 'picture-book', '{}', 'skip', 1)`,
      [jobOf(id), id],
    );
  }
});
afterAll(async () => {
  await scene.close();
});
beforeEach(async () => {
  clock = fakeClock();
  store = createProviderCallStore(scene.database, clock);
  for (const table of [
    'provider_states',
    'provider_tags',
    'provider_waits',
    'provider_calls',
    'stored_results',
  ])
    await scene.sql(`delete from ${table}`);
});

interface Ask {
  readonly account?: string;
  readonly step?: string;
  readonly key?: string;
  readonly tokens?: number;
  readonly model?: string;
  readonly policy?: CallPolicy;
}

/** A call of its own step with a result of its own, unless told otherwise. */
function begin(ask: Ask = {}): Promise<CallAdmission> {
  serial += 1;
  const {
    account = accountId,
    step = `step_${serial}`,
    key = `key_${serial}`,
    tokens = 0,
    model = 'm',
  } = ask;
  return store.begin(
    {
      caller: { accountId: account, jobId: jobOf(account), stepId: step },
      provider: 'gemini',
      model,
      resultKey: key,
      estimatedTokens: tokens,
    },
    ask.policy ?? policy,
  );
}
const jobOf = (account: string): string => `job_${account}`;

async function granted(ask: Ask = {}): Promise<{ callId: number; probe: boolean }> {
  const admission = await begin(ask);
  if (admission.kind !== 'granted') throw new Error(`not granted: ${JSON.stringify(admission)}`);
  return admission;
}

async function end(callId: number, verdict: CallVerdict): Promise<BreakerState | undefined> {
  return (await store.end(callId, endings[verdict], verdict, policy)).breaker;
}

async function failTimes(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await end((await granted()).callId, 'failing');
}

async function breaker(): Promise<BreakerState> {
  return (await store.states())[0]?.breaker ?? 'closed';
}

describe('the breaker', () => {
  test('opens at the fifth failure in a row, for everybody, and lets nobody call', async () => {
    await failTimes(4);
    await end((await granted()).callId, 'healthy');
    await failTimes(4);
    expect(await breaker()).toBe('closed');
    await failTimes(1);
    expect(await breaker()).toBe('open');
    clock.advance(20_000);
    expect(await begin()).toEqual({ kind: 'circuit-open', waitMs: 40_000 });
    expect(await begin({ account: 'acct_b' })).toEqual({ kind: 'circuit-open', waitMs: 40_000 });
    expect(await begin({ model: 'another' })).toMatchObject({ kind: 'granted' });
  });

  test('what says nothing about the provider neither counts nor ends the row', async () => {
    await failTimes(4);
    await end((await granted()).callId, 'unknown');
    expect(await breaker()).toBe('closed');
    await failTimes(1);
    expect(await breaker()).toBe('open');
  });

  test('of a hundred that come when the recovery is over exactly one probes', async () => {
    await failTimes(5);
    clock.advance(60_000);
    const admissions = await Promise.all(Array.from({ length: 100 }, () => begin()));
    const [probe, ...others] = admissions.filter(({ kind }) => kind === 'granted');
    expect(probe).toMatchObject({ probe: true });
    expect(others).toEqual([]);
    const waits = admissions.filter(({ kind }) => kind === 'circuit-open');
    expect(waits).toHaveLength(99);
    expect(waits[0]).toEqual({ kind: 'circuit-open', waitMs: 6_000 });
    if (probe?.kind === 'granted') expect(await end(probe.callId, 'healthy')).toBe('closed');
    expect((await granted()).probe).toBe(false);
  });

  test('a failed probe opens it for another recovery; one that says nothing lets the next probe at once', async () => {
    await failTimes(5);
    clock.advance(60_000);
    expect(await end((await granted()).callId, 'failing')).toBe('open');
    expect(await begin()).toEqual({ kind: 'circuit-open', waitMs: 60_000 });
    clock.advance(60_000);
    expect(await end((await granted()).callId, 'unknown')).toBe('open');
    expect((await granted()).probe).toBe(true);
  });

  test('a prober that died blocks nobody longer than its lease, its own step not at all, and its late word counts for nothing', async () => {
    await failTimes(5);
    clock.advance(60_000);
    const dead = await granted({ step: 'step_dead', key: 'key_dead' });
    expect(await granted({ step: 'step_dead', key: 'key_dead' })).toMatchObject({ probe: true });
    clock.advance(99_000);
    expect(await begin()).toEqual({ kind: 'circuit-open', waitMs: 1_000 });
    clock.advance(1_000);
    const next = await granted();
    expect(next.probe).toBe(true);
    expect(await end(dead.callId, 'healthy')).toBeUndefined();
    expect(await breaker()).toBe('half-open');
    expect(await end(next.callId, 'failing')).toBe('open');
  });

  test('calls that began before it opened do not count afterwards', async () => {
    const early = [await granted(), await granted(), await granted()];
    await failTimes(5);
    for (const { callId } of early) expect(await end(callId, 'healthy')).toBeUndefined();
    expect(await breaker()).toBe('open');
    clock.advance(60_000);
    await end((await granted()).callId, 'healthy');
    expect((await store.states())[0]).toMatchObject({ breaker: 'closed', failuresInARow: 0 });
  });

  test('a provider that asks to wait is left alone by everybody for so long, and the breaker stays shut', async () => {
    const { callId } = await granted();
    const throttled: CallEnding = { ...failed, code: 'provider-throttled', pauseMs: 17_500 };
    await store.end(callId, throttled, 'unknown', policy);
    expect(await begin({ account: 'acct_b' })).toEqual({ kind: 'throttled', waitMs: 17_500 });
    clock.advance(17_500);
    expect(await begin()).toMatchObject({ kind: 'granted' });
    expect(await breaker()).toBe('closed');
  });

  /** Plays the same moves on a model that knows only the domain's table and the two numbers. */
  test('moves as the table says, and not otherwise, under any order of calls, ends and time', async () => {
    type Move =
      | { readonly kind: 'begin' }
      | { readonly kind: 'end'; readonly which: number; readonly verdict: CallVerdict }
      | { readonly kind: 'wait'; readonly ms: number };
    const move: fc.Arbitrary<Move> = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ kind: 'begin' as const }) },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('end' as const),
          which: fc.nat({ max: 100 }),
          verdict: fc.constantFrom('failing', 'failing', 'healthy', 'unknown') as fc.Arbitrary<CallVerdict>,
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('wait' as const),
          ms: fc.constantFrom(1_000, 59_999, 60_000, 100_000),
        }),
      },
    );
    const small: CallPolicy = { breaker: { failures: 2, recoveryMs: 60_000 }, leaseMs: 59_000 };
    const seen = new Set<string>();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 40 }), async (moves) => {
        run += 1;
        const model = `model_${run}`;
        const start = clock.now().getTime();
        const at = (): number => clock.now().getTime() - start;
        let state: BreakerState = breakerMachine.initial;
        let epoch = 0;
        let failures = 0;
        let openUntil = 0;
        let probeUntil = 0;
        const calls: { callId: number; epoch: number; probe: boolean; ended: boolean }[] = [];
        const go = (event: keyof typeof breakerMachine.transitions): void => {
          const next = nextState(breakerMachine, state, event);
          if (next === undefined) throw new Error(`the model cannot ${event} from ${state}`);
          seen.add(`${state} ${event} ${next}`);
          state = next;
          epoch += 1;
        };
        for (const each of moves) {
          if (each.kind === 'wait') clock.advance(each.ms);
          else if (each.kind === 'begin') {
            const admission = await begin({ model, policy: small });
            const blocked =
              (state === 'open' && openUntil > at()) || (state === 'half-open' && probeUntil > at());
            expect(admission.kind).toBe(blocked ? 'circuit-open' : 'granted');
            if (admission.kind !== 'granted') continue;
            const probe = state !== 'closed';
            expect(admission.probe).toBe(probe);
            if (probe) {
              go(state === 'open' ? 'probe' : 'reprobe');
              probeUntil = at() + small.leaseMs;
            }
            calls.push({ callId: admission.callId, epoch, probe, ended: false });
          } else {
            // Mostly one of the last, so that the calls that count are met.
            const call = calls[calls.length - 1 - (each.which % Math.min(3, calls.length))];
            if (call === undefined) continue;
            await store.end(call.callId, endings[each.verdict], each.verdict, small);
            if (call.ended) continue;
            call.ended = true;
            if (call.epoch === epoch) {
              if (call.probe) {
                go(
                  each.verdict === 'healthy' ? 'recover' : each.verdict === 'failing' ? 'reopen' : 'abstain',
                );
                if (each.verdict === 'healthy') failures = 0;
                else openUntil = at() + (each.verdict === 'failing' ? 60_000 : 0);
              } else if (each.verdict === 'healthy') failures = 0;
              else if (each.verdict === 'failing') {
                failures += 1;
                if (failures >= 2) {
                  go('trip');
                  openUntil = at() + 60_000;
                }
              }
            }
          }
          const rows = await scene.sql<{ breaker: string; epoch: number }>(
            `select breaker, epoch from provider_states where model = $1`,
            [model],
          );
          if (rows[0] !== undefined) expect(rows[0]).toEqual({ breaker: state, epoch });
        }
      }),
      { numRuns: 120 },
    );
    expect([...seen].sort()).toEqual([
      'closed trip open',
      'half-open abstain open',
      'half-open recover closed',
      'half-open reopen open',
      'half-open reprobe half-open',
      'open probe half-open',
    ]);
  });
});

describe('the budget', () => {
  test('never lets more requests through in any 60 seconds than the limit, however it is asked, and uses it up', async () => {
    for (const requestsPerMinute of [1, 7, 30]) {
      const budget: CallPolicy = { leaseMs: 1_000, requestsPerMinute };
      const times: number[] = [];
      for (let asks = 0; times.length < 3 * requestsPerMinute && asks < 2_000; asks += 1) {
        const admission = await begin({
          model: `rpm_${requestsPerMinute}`,
          step: `r${times.length}`,
          policy: budget,
        });
        if (admission.kind === 'granted') times.push(clock.now().getTime());
        else if (admission.kind === 'over-budget') clock.advance(admission.waitMs);
      }
      const most = Math.max(
        ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
      );
      expect(most).toBe(requestsPerMinute);
    }
  });

  test('names the exact time at which there is room: not a moment before, and then at once', async () => {
    const budget: CallPolicy = { leaseMs: 1_000, requestsPerMinute: 7 };
    await granted({ policy: budget });
    const waits: number[] = [];
    for (const step of ['w1', 'w2', 'w3', 'w4']) {
      const admission = await begin({ step, policy: budget });
      waits.push(admission.kind === 'over-budget' ? admission.waitMs : 0);
    }
    expect(waits).toEqual([8_572, 17_143, 25_715, 34_286]);
    for (const step of ['w1', 'w2', 'w3', 'w4']) {
      const admission = await begin({ step, policy: budget });
      if (admission.kind !== 'over-budget') throw new Error(admission.kind);
      clock.advance(admission.waitMs - 1_000);
      expect(await begin({ step, policy: budget })).toMatchObject({ kind: 'over-budget', waitMs: 1_000 });
      clock.advance(1_000);
      expect(await begin({ step, policy: budget })).toMatchObject({ kind: 'granted' });
    }
  });

  test('tokens are reserved as estimated and settled as used; what nobody knows stays reserved', async () => {
    const budget: CallPolicy = { leaseMs: 1_000, tokensPerMinute: 10_000 };
    const cheap = await granted({ tokens: 1_000, policy: budget });
    const full = await begin({ step: 'next', tokens: 1_000, policy: budget });
    expect(full).toEqual({ kind: 'over-budget', waitMs: 6_667 });
    await store.end(cheap.callId, success(undefined, 400), 'healthy', budget);
    expect(await begin({ step: 'next', tokens: 1_000, policy: budget })).toEqual({
      kind: 'over-budget',
      waitMs: 2_667,
    });
    clock.advance(2_667);
    const lost = await granted({ step: 'next', tokens: 1_000, policy: budget });
    await store.end(lost.callId, { kind: 'aborted', durationMs: 1, bill: undefined }, 'unknown', budget);
    expect(await begin({ step: 'after', tokens: 1_000, policy: budget })).toEqual({
      kind: 'over-budget',
      waitMs: 6_667,
    });
  });

  test('a call that takes more than the bucket holds goes when it is full, and those after it wait the longer', async () => {
    const budget: CallPolicy = { leaseMs: 1_000, tokensPerMinute: 10_000 };
    await granted({ tokens: 4_000, policy: budget });
    expect(await begin({ step: 'next', tokens: 1_000, policy: budget })).toEqual({
      kind: 'over-budget',
      waitMs: 26_667,
    });
  });

  test('a process that died with its reservation costs its estimate once, and no more than the minute', async () => {
    const budget: CallPolicy = { leaseMs: 1_000, requestsPerMinute: 10, tokensPerMinute: 10_000 };
    await granted({ tokens: 1_000, policy: budget });
    clock.advance(60_000);
    expect(await begin({ tokens: 1_000, policy: budget })).toMatchObject({ kind: 'granted' });
    expect(await endLostCalls(scene.database.executor, { limit: 10, now: clock.now() })).toBe(1);
    const outcomes = await scene.sql(`select outcome from provider_calls order by id`);
    expect(outcomes).toEqual([{ outcome: 'lost' }, { outcome: 'running' }]);
  });

  test('an account with hundreds of waiting calls does not delay the one of another by more than one', async () => {
    const budget: CallPolicy = { leaseMs: 1_000, requestsPerMinute: 6 };
    await granted({ policy: budget });
    for (let index = 0; index < 300; index += 1) await begin({ step: `a${index}`, policy: budget });
    expect(await begin({ account: 'acct_b', step: 'b', policy: budget })).toEqual({
      kind: 'over-budget',
      waitMs: 10_000,
    });
    clock.advance(10_000);
    expect(await begin({ step: 'a0', policy: budget })).toMatchObject({ kind: 'over-budget' });
    expect(await begin({ account: 'acct_b', step: 'b', policy: budget })).toMatchObject({ kind: 'granted' });
  });

  test('a step that does not come back keeps its place for two seconds and no longer', async () => {
    const budget: CallPolicy = { leaseMs: 1_000, requestsPerMinute: 6 };
    await granted({ policy: budget });
    await begin({ step: 'gone', policy: budget });
    await begin({ step: 'behind', policy: budget });
    clock.advance(12_000);
    expect(await begin({ step: 'behind', policy: budget })).toMatchObject({ kind: 'over-budget' });
    clock.advance(1);
    expect(await begin({ step: 'behind', policy: budget })).toMatchObject({ kind: 'granted' });
  });

  /** Each account keeps so many steps waiting; whoever is let through is replaced by a new one. Max-min: nobody gets less than
   *  its equal share unless it asked for less, and what it leaves goes to the others. */
  test('divides the budget max-min fairly between the accounts that ask, and lends what one of them leaves', async () => {
    const perMinute = 60;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ depth: fc.integer({ min: 0, max: 5 }), tokens: fc.constantFrom(100, 400) }), {
          minLength: 2,
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 1_000_000 }),
        async (demands, nonce) => {
          const ids = [accountId, 'acct_b', 'acct_c', 'acct_d'];
          const budget: CallPolicy = { leaseMs: 1_000, requestsPerMinute: perMinute };
          const model = `fair_${nonce}_${serial}`;
          const served = demands.map(() => 0);
          /** When each waiting step asks next. */
          const steps = demands.flatMap(({ depth }, account) =>
            Array.from({ length: depth }, (_, index) => ({
              account,
              step: `${model}_${account}_${index}_0`,
              at: clock.now().getTime(),
              turn: 0,
            })),
          );
          const until = clock.now().getTime() + 120_000;
          while (steps.length > 0) {
            const [next] = steps.sort((a, b) => a.at - b.at);
            if (next === undefined || next.at > until) break;
            clock.set(new Date(next.at));
            const admission = await begin({
              account: ids[next.account] ?? '',
              step: next.step,
              model,
              policy: budget,
            });
            if (admission.kind === 'over-budget') next.at += admission.waitMs;
            else {
              served[next.account] = (served[next.account] ?? 0) + 1;
              next.turn += 1;
              next.step = `${next.step.slice(0, next.step.lastIndexOf('_'))}_${next.turn}`;
              // Its next call comes when this one has ended.
              next.at += 700;
            }
          }
          const active = demands.filter(({ depth }) => depth > 0).length;
          const total = served.reduce((sum, count) => sum + count, 0);
          if (active > 0) expect(total).toBeGreaterThan(100);
          for (const [account, { depth }] of demands.entries()) {
            // One step at a time asks for a call each 0.7 s at most, so every one of these could use its whole share.
            if (depth > 0)
              expect(served[account] ?? 0).toBeGreaterThanOrEqual(Math.floor(total / active) - 6);
          }
        },
      ),
      { numRuns: 6 },
    );
  });

  test('many connections that ask at the same moment get exactly what there is', async () => {
    const budget: CallPolicy = { leaseMs: 1_000, requestsPerMinute: 100 };
    const asked = await Promise.all(
      Array.from({ length: 80 }, (_, index) =>
        // Of one account: another's would be let in between, and those behind told a later time when they ask again.
        begin({ step: `c${index}`, policy: budget }),
      ),
    );
    expect(asked.filter(({ kind }) => kind === 'granted')).toHaveLength(10);
    const waits = asked.flatMap((each) => (each.kind === 'over-budget' ? [each.waitMs] : []));
    expect(new Set(waits).size).toBe(70);
  });
});

describe('stored results', () => {
  test('a finished call is found by whoever of the account asks for the same, and nobody else (invariant 4)', async () => {
    const { callId } = await granted({ key: 'k', step: 's1' });
    await store.end(callId, success(resultOf('one')), 'healthy', policy);
    expect(await begin({ key: 'k', step: 's2' })).toMatchObject({ kind: 'found', result: resultOf('one') });
    expect(await begin({ key: 'k', account: 'acct_b' })).toMatchObject({ kind: 'granted' });
    const usage = (await listJobUsage(scene.database.executor, [jobOf(accountId)])).get(jobOf(accountId));
    expect(usage).toMatchObject({ made: 1, saved: 1, offline: 0 });
  });

  test('of many that want the same at the same moment one buys it and the others are told to wait', async () => {
    const asked = await Promise.all(Array.from({ length: 30 }, () => begin({ key: 'k' })));
    expect(asked.filter(({ kind }) => kind === 'granted')).toHaveLength(1);
    expect(asked.filter(({ kind }) => kind === 'busy')).toHaveLength(29);
    expect(await begin({ key: 'k', account: 'acct_b' })).toMatchObject({ kind: 'granted' });
  });

  test('a failed buyer makes room for the next, a dead one when its lease is over, and its own step takes over at once', async () => {
    const first = await granted({ key: 'k', step: 's1' });
    await store.end(first.callId, failed, 'failing', policy);
    await granted({ key: 'k', step: 's2' });
    await granted({ key: 'k', step: 's2' });
    clock.advance(99_999);
    expect(await begin({ key: 'k' })).toEqual({ kind: 'busy', waitMs: 1 });
    clock.advance(1);
    expect(await begin({ key: 'k' })).toMatchObject({ kind: 'granted' });
  });

  test('the buyer that ended first stays, and the late one is given its result', async () => {
    const dead = await granted({ key: 'k', step: 's' });
    const next = await granted({ key: 'k', step: 's' });
    await store.end(next.callId, success(resultOf('next')), 'healthy', policy);
    const late = await store.end(dead.callId, success(resultOf('late')), 'healthy', policy);
    expect(late.result).toEqual(resultOf('next'));
    await store.end(dead.callId, failed, 'failing', policy);
    expect(await begin({ key: 'k' })).toMatchObject({ kind: 'found', result: resultOf('next') });
  });

  test('a late failure does not take the claim of the step that took over', async () => {
    const dead = await granted({ key: 'k', step: 's' });
    await granted({ key: 'k', step: 's' });
    await store.end(dead.callId, failed, 'failing', policy);
    expect(await begin({ key: 'k' })).toMatchObject({ kind: 'busy' });
  });

  test('one whose bytes are gone is bought again, and no saved call is counted', async () => {
    const { callId } = await granted({ key: 'k' });
    await store.end(callId, success(resultOf('gone')), 'healthy', policy);
    const found = await begin({ key: 'k' });
    if (found.kind !== 'found') throw new Error(found.kind);
    await store.forget(accountId, 'k', found.result, found.callId);
    expect(await begin({ key: 'k' })).toMatchObject({ kind: 'granted' });
    const usage = (await listJobUsage(scene.database.executor, [jobOf(accountId)])).get(jobOf(accountId));
    expect(usage).toMatchObject({ made: 2, saved: 0 });
  });

  test('a wait leaves no claim behind: whoever has the budget buys it', async () => {
    const budget: CallPolicy = { ...noBreaker, requestsPerMinute: 6 };
    await granted({ policy: budget });
    expect(await begin({ key: 'k', policy: budget })).toMatchObject({ kind: 'over-budget' });
    expect(await begin({ key: 'k', policy: noBreaker })).toMatchObject({ kind: 'granted' });
  });
});
