import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryBudget } from '../src/index.ts';

type Request = {
  readonly bytes: number;
  readonly controller: AbortController;
  giveBack: (() => void) | undefined;
  rejected: boolean;
};
type Action =
  | { readonly kind: 'ask'; readonly bytes: number }
  | { readonly kind: 'give-back' | 'give-back-twice' | 'abort'; readonly which: number };

const budgetBytes = 10;
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), bytes: fc.integer({ min: 0, max: 15 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('give-back' as const, 'give-back-twice' as const, 'abort' as const),
      which: fc.nat(30),
    }),
  },
);
const share = (request: Request): number => Math.min(budgetBytes, request.bytes);
const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a memory budget', () => {
  test('is never exceeded, admits in order, and loses nothing, whatever comes in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), fc.boolean(), async (actions, settle) => {
        const budget = createMemoryBudget(budgetBytes);
        const requests: Request[] = [];
        const admitted: Request[] = [];
        const releases = new Map<Request, () => void>();
        for (const each of actions) {
          if (each.kind === 'ask') {
            const request: Request = {
              bytes: each.bytes,
              controller: new AbortController(),
              giveBack: undefined,
              rejected: false,
            };
            requests.push(request);
            budget.acquire(each.bytes, { signal: request.controller.signal }).then(
              (giveBack) => {
                admitted.push(request);
                request.giveBack = giveBack;
                releases.set(request, giveBack);
              },
              () => {
                request.rejected = true;
              },
            );
          } else {
            const request = requests[each.which % Math.max(1, requests.length)];
            if (request === undefined) continue;
            if (each.kind === 'abort') request.controller.abort(new Error('gone'));
            else {
              request.giveBack?.();
              if (each.kind === 'give-back-twice') request.giveBack?.();
              if (request.giveBack !== undefined) releases.delete(request);
            }
          }
          // Without it, what was admitted is not told before the next action: the races that count.
          if (settle) await microtasks();
          expect(budget.use.heldBytes).toBeLessThanOrEqual(budgetBytes);
        }
        await microtasks();
        const holding = [...releases.keys()];
        expect(budget.use.heldBytes).toBe(holding.reduce((sum, request) => sum + share(request), 0));
        const order = admitted.map((request) => requests.indexOf(request));
        expect(order).toEqual([...order].sort((a, b) => a - b));
        const waiting = requests.filter((request) => request.giveBack === undefined && !request.rejected);
        expect(budget.use.waiting).toBe(waiting.length);
        const [first] = waiting;
        if (first !== undefined) expect(budget.use.heldBytes + share(first)).toBeGreaterThan(budgetBytes);
        // Everything that waits gets its turn once everything is given back.
        for (let round = 0; round <= requests.length; round += 1) {
          for (const request of requests) request.giveBack?.();
          await microtasks();
        }
        expect(budget.use).toEqual({ budgetBytes, heldBytes: 0, waiting: 0 });
        expect(requests.every((request) => request.giveBack !== undefined || request.rejected)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('gives all of itself to work that is larger, alone', async () => {
    const budget = createMemoryBudget(10);
    const { signal } = new AbortController();
    const small = await budget.acquire(1, { signal });
    const order: string[] = [];
    const large = budget.acquire(1_000, { signal, onWait: () => order.push('large waits') });
    const late = budget.acquire(1, { signal, onWait: () => order.push('late waits, though it would fit') });
    small();
    const giveBackLarge = await large;
    expect(budget.use).toEqual({ budgetBytes: 10, heldBytes: 10, waiting: 1 });
    giveBackLarge();
    (await late)();
    expect(order).toEqual(['large waits', 'late waits, though it would fit']);
    expect(budget.use.heldBytes).toBe(0);
  });

  test('lets a request that is given up go with its own reason, and those behind it in', async () => {
    const budget = createMemoryBudget(10);
    const { signal } = new AbortController();
    const giveBack = await budget.acquire(6, { signal });
    const impatient = new AbortController();
    const large = budget.acquire(8, { signal: impatient.signal });
    const fits = budget.acquire(4, { signal });
    impatient.abort(new Error('cancelled'));
    await expect(large).rejects.toThrow('cancelled');
    (await fits)();
    giveBack();
    await expect(budget.acquire(1, { signal: impatient.signal })).rejects.toThrow('cancelled');
    expect(budget.use.heldBytes).toBe(0);
  });
});
