/** One delivery of a step against a record that is told what to answer. */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  type ClaimedStep,
  type MemoryBudget,
  PressroomError,
  type StepHandler,
  type StepStore,
  silentLog,
} from '@pressroom/domain';
import { type AttemptOutcome, runAttempt } from '@pressroom/queue';
import { createMemoryBudget } from '@pressroom/runtime';
import { handlers, policy } from './scene.ts';

const step: ClaimedStep = {
  stepId: 'step_1',
  jobId: 'job_1',
  fence: 1,
  accountId: 'acct_1',
  handler: 'ingest-image',
  input: { assetId: 'asset_1', index: 0 },
  itemIndex: 0,
  attempts: 0,
  losses: 0,
  throttledMs: 0,
  stage: undefined,
  children: [],
  requestId: undefined,
};

function attempt(
  handler: StepHandler<'ingest-image'>,
  options: { store?: Partial<StepStore>; memory?: MemoryBudget } = {},
): Promise<AttemptOutcome> {
  const store = {
    claim: () => Promise.resolve({ kind: 'claimed' as const, step }),
    succeed: () => Promise.resolve(true),
    fail: () => Promise.resolve(true),
    release: () => Promise.resolve(true),
    ...options.store,
  } as StepStore;
  return runAttempt(
    { stepId: step.stepId, jobId: step.jobId, generation: 1 },
    {
      store,
      handlers: { 'ingest-image': handler },
      policy,
      workerId: 'test',
      log: silentLog,
      recordLog: (log) => ({ log, lines: () => [] }),
      random: () => 0,
      onLease: () => () => {},
      memory: options.memory,
    },
  );
}

describe('the time limit of a step', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  test('stands still while the step waits for memory, however long', async () => {
    jest.useFakeTimers();
    const memory = createMemoryBudget(10);
    const giveBack = await memory.acquire(10, { signal: new AbortController().signal });
    const running = attempt(({ withMemory }) => withMemory(10, () => handlers()['ingest-image'](ignored)), {
      memory,
    });
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(memory.use.waiting).toBe(1);
    giveBack();
    expect(await running).toEqual({ kind: 'done' });
    expect(memory.use).toEqual({ budgetBytes: 10, heldBytes: 0, waiting: 0 });
  });

  test('goes on where it stood when the memory is there', async () => {
    jest.useFakeTimers();
    const memory = createMemoryBudget(10);
    const giveBack = await memory.acquire(10, { signal: new AbortController().signal });
    let abortedAfterMs: number | undefined;
    const running = attempt(
      async ({ withMemory, signal }) => {
        // 100 of the 120 seconds that the catalog gives are over when the wait begins.
        await new Promise((resolve) => setTimeout(resolve, 100_000));
        return await withMemory(10, () => {
          const admitted = performance.now();
          return new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => {
              abortedAfterMs = performance.now() - admitted;
              reject(signal.reason as Error);
            });
          });
        });
      },
      { memory },
    );
    await jest.advanceTimersByTimeAsync(600_000);
    giveBack();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await running).toMatchObject({ kind: 'retry', error: { code: 'step-timeout' } });
    expect(abortedAfterMs).toBe(20_000);
    expect(memory.use.heldBytes).toBe(0);
  });
});

describe('an attempt whose step was taken over meanwhile', () => {
  test('has not given it up, so that what the other one works on is not deleted', async () => {
    const outcome = await attempt(() => Promise.reject(new PressroomError('image-corrupt', 'Damaged')), {
      store: { fail: () => Promise.resolve(false) },
    });
    expect(outcome).toEqual({ kind: 'moot', why: 'lease-lost' });
  });

  test('has not done it', async () => {
    const outcome = await attempt(() => handlers()['ingest-image'](ignored), {
      store: { succeed: () => Promise.resolve(false) },
    });
    expect(outcome).toEqual({ kind: 'moot', why: 'lease-lost' });
  });
});

const ignored = {} as Parameters<StepHandler<'ingest-image'>>[0];
