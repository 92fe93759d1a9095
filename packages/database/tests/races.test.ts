import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isPressroomError, type StepLease, type StepTicket } from '@pressroom/domain';
import fc from 'fast-check';
import { cancelJob, findAccount, findJob, submitJob } from '../src/index.ts';
import {
  accountId,
  brokenInvariants,
  claimed,
  failure,
  finish,
  limits,
  openScene,
  type RunningJob,
  runningJob,
  type Scene,
  submission,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ credits: 100_000, poolSize: 16 });
});
afterEach(async () => {
  await scene.close();
});

/** A cancel that lost the race is told so; anything else, a deadlock above all, is a fault. */
async function cancel(jobId: string): Promise<boolean> {
  try {
    await cancelJob(scene.database, accountId, jobId);
    return true;
  } catch (error) {
    if (isPressroomError(error) && error.code === 'job-not-cancellable') return false;
    throw error;
  }
}

test('success, failure, give-up and cancel of the root at the same moment: one wins, and the hold is settled once (invariant 3)', async () => {
  const winners = new Set<string>();
  for (let round = 0; round < 25; round += 1) {
    const job = await runningJob(scene, { photos: 1 });
    await finish(scene, job, 'ingest-0', 'generate-0');
    const lease = await claimed(scene, job.ticket('book'));
    const contest = [
      () => scene.steps.succeed(lease, { output: {}, assets: [] }),
      () => scene.steps.fail(lease, failure),
      () => scene.steps.abandon(job.ticket('book'), failure),
      () => cancel(job.jobId),
      () => scene.steps.succeed(lease, { output: {}, assets: [] }),
    ];
    const order = contest.map((_, index) => contest[(index + round) % contest.length] ?? contest[0]);
    const won = await Promise.all(order.map(async (enter) => await enter?.()));
    expect(won.filter(Boolean)).toHaveLength(1);
    winners.add((await findJob(scene.database.executor, accountId, job.jobId))?.status ?? '');
  }
  expect(winners.size).toBeGreaterThan(1);
  expect(await brokenInvariants(scene)).toEqual([]);
});

test('claims, stages, progress, ends, cancels and dispatches of the same jobs in one heap never deadlock', async () => {
  for (let round = 0; round < 6; round += 1) {
    const jobs = await Promise.all(
      [1, 2, 3].map(() => runningJob(scene, { photos: 4, onItemFailure: 'skip' })),
    );
    // Makes every job overdue, so that dispatchers take them while workers do.
    await scene.sql(
      `update jobs set enqueued_at = null, enqueue_lease_until = now() - interval '1 second' where status = 'running'`,
    );
    await Promise.all([
      ...jobs.flatMap((job) => [0, 1, 2, 3].map((index) => workOn(job, index))),
      ...jobs.map((job) => workOn(job, 0)),
      ...[1, 2, 3].map(() => scene.dispatch.claim(limits)),
      ...jobs.slice(0, 2).map((job) => cancel(job.jobId)),
    ]);
    expect(await brokenInvariants(scene)).toEqual([]);
  }
});

async function workOn(job: RunningJob, index: number): Promise<void> {
  for (const key of [`ingest-${index}`, `generate-${index}`, 'book']) {
    const outcome = await scene.steps.claim(job.ticket(key), `worker_${index}`);
    if (outcome.kind !== 'claimed') continue;
    const lease: StepLease = outcome.step;
    const timing = { stage: 'fetch', startedAt: new Date(0), durationMs: 1 };
    await Promise.all([
      scene.steps.saveStage(lease, { state: 'fetched', data: {} }, timing),
      scene.steps.saveProgress(lease, 1, 2),
      scene.steps.lost([lease]),
    ]);
    await (index === 3
      ? scene.steps.fail(lease, failure)
      : scene.steps.succeed(lease, { output: {}, assets: [] }));
  }
}

type Write = 'stage' | 'progress' | 'succeed' | 'fail' | 'retry' | 'shutdown';
type Move =
  | { readonly kind: 'claim' | 'abandon'; readonly step: number; readonly oldFlow: boolean }
  | { readonly kind: Write; readonly lease: number }
  | { readonly kind: 'cancel' | 'redispatch' };

const keys = ['ingest-0', 'generate-0', 'ingest-1', 'generate-1', 'book'];
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      step: fc.nat({ max: 4 }),
      oldFlow: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('claim' as const, 'abandon' as const),
      step: fc.nat({ max: 4 }),
      oldFlow: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('succeed' as const), lease: fc.nat({ max: 20 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'stage' as const,
        'progress' as const,
        'fail' as const,
        'retry' as const,
        'shutdown' as const,
      ),
      lease: fc.nat({ max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'redispatch' as const) }) },
);

/** Leases are never forgotten, so later moves write late, twice, and by workers that have been replaced. */
test('whatever workers, queue, dispatcher and user do, in any order and at the same moment, the record stays true', async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(move, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 20 }),
      fc.constantFrom('fail' as const, 'skip' as const),
      async (turns, onItemFailure) => {
        const job = await runningJob(scene, { photos: 2, onItemFailure });
        let generation = 1;
        const leases: StepLease[] = [];
        const take = async (kind: 'claim' | 'abandon', ticket: StepTicket): Promise<void> => {
          if (kind === 'abandon') {
            await scene.steps.abandon(ticket, failure);
            return;
          }
          const outcome = await scene.steps.claim(ticket, 'w');
          if (outcome.kind === 'claimed') leases.push(outcome.step);
        };
        const play = async (next: Move): Promise<void> => {
          if (next.kind === 'cancel') {
            await cancel(job.jobId);
          } else if (next.kind === 'redispatch') {
            await scene.sql(
              `update jobs set enqueued_at = null, enqueue_lease_until = now() where id = $1 and status = 'running'`,
              [job.jobId],
            );
            for (const taken of await scene.dispatch.claim(limits))
              if (taken.jobId === job.jobId) generation = Math.max(generation, taken.generation);
          } else if ('step' in next) {
            await take(next.kind, {
              ...job.ticket(keys[next.step] ?? 'book'),
              generation: next.oldFlow ? generation - 1 : generation,
            });
          } else if ('lease' in next) {
            const lease = leases[leases.length === 0 ? 0 : next.lease % leases.length];
            if (lease !== undefined) await write(next.kind, lease);
          }
        };
        for (const turn of turns) await Promise.all(turn.map(play));
        expect(await brokenInvariants(scene)).toEqual([]);
        // Whatever happened, what is left of the job can still be finished.
        for (const key of keys) {
          const outcome = await scene.steps.claim({ ...job.ticket(key), generation }, 'w');
          if (outcome.kind === 'claimed') await scene.steps.succeed(outcome.step, { output: {}, assets: [] });
          else expect(outcome.kind).toBe('settled');
        }
        const end = await findJob(scene.database.executor, accountId, job.jobId);
        expect(end?.settledAt).not.toBeNull();
        ends.add(end?.status ?? '');
        expect(await brokenInvariants(scene)).toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
  // Runs that all end alike would have tried little.
  expect(ends.size).toBeGreaterThan(1);
}, 180_000);

async function write(kind: Write, lease: StepLease): Promise<void> {
  const timing = { stage: 'fetch', startedAt: new Date(0), durationMs: 1 };
  if (kind === 'stage') await scene.steps.saveStage(lease, { state: 'fetched', data: {} }, timing);
  else if (kind === 'progress') await scene.steps.saveProgress(lease, 1, 2);
  else if (kind === 'succeed')
    await scene.steps.succeed(lease, { output: { fence: lease.fence }, assets: [] });
  else if (kind === 'fail') await scene.steps.fail(lease, failure);
  else await scene.steps.release(lease, { reason: kind });
}

test('submissions, settlements and grants of one account at the same moment keep its balance true', async () => {
  const jobs = await Promise.all(Array.from({ length: 10 }, () => runningJob(scene, { photos: 1 })));
  await Promise.all([
    ...jobs.map((job) => cancel(job.jobId)),
    ...Array.from({ length: 10 }, () => submitJob(scene.database, scene.ids, submission())),
    ...Array.from({ length: 10 }, () =>
      scene.sql(`select increment_user_credits($1, 'grant', 7, null, 'x')`, [accountId]),
    ),
  ]);
  expect(await brokenInvariants(scene)).toEqual([]);
  expect((await findAccount(scene.database.executor, accountId))?.balance).toBe(100_000 - 30 + 70);
});
