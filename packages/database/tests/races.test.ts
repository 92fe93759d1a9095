import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isPressroomError, type StepLease, type StepTicket } from '@pressroom/domain';
import fc from 'fast-check';
import {
  cancelJob,
  createReconcileStore,
  findAccount,
  findJob,
  listDeadLetters,
  replayDeadLetter,
  retryJob,
  submitJob,
} from '../src/index.ts';
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
  // On a busy machine the same one may win for long.
  for (let round = 0; round < 25 || (winners.size === 1 && round < 200); round += 1) {
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
  | { readonly kind: 'replay'; readonly letter: number }
  | { readonly kind: 'cancel' | 'redispatch' | 'reopen' | 'another-round' | 'deadline' };

const keys = ['ingest-0', 'generate-0', 'ingest-1', 'generate-1', 'book'];
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      step: fc.nat({ max: 4 }),
      oldFlow: fc.constant(false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('claim' as const, 'abandon' as const),
      step: fc.nat({ max: 4 }),
      oldFlow: fc.boolean(),
    }),
  },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('succeed' as const), lease: fc.nat({ max: 20 }) }) },
  {
    weight: 8,
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
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('replay' as const), letter: fc.nat({ max: 5 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'redispatch' as const,
        'redispatch' as const,
        'reopen' as const,
        'another-round' as const,
        'another-round' as const,
        'cancel' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deadline' as const) }) },
);

/** The codes by which a retry or a replay that came too late, or in vain, is refused; anything else is a fault. */
const refusals = new Set(['job-not-retryable', 'deadline-exceeded', 'dead-letter-replayed']);
async function unlessRefused(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isPressroomError(error) && refusals.has(error.code)) return false;
    throw error;
  }
}

/**
 * Leases, tickets and dead letters are never forgotten, so later moves write late, twice, in the name of earlier rounds, and by
 * workers that have been replaced.
 */
test('whatever workers, queue, dispatcher, user and operator do, in any order and at the same moment, the record stays true', async () => {
  const ends = new Set<string>();
  let rounds = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(move, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 25 }),
      fc.constantFrom('fail' as const, 'skip' as const),
      async (turns, onItemFailure) => {
        const job = await runningJob(scene, { photos: 2, onItemFailure });
        const leases: StepLease[] = [];
        const generationNow = async () =>
          (await findJob(scene.database.executor, accountId, job.jobId))?.generation ?? 0;
        const take = async (kind: 'claim' | 'abandon', ticket: StepTicket): Promise<void> => {
          if (kind === 'abandon') {
            await scene.steps.abandon(ticket, failure);
            return;
          }
          const outcome = await scene.steps.claim(ticket, 'w');
          if (outcome.kind === 'claimed') leases.push(outcome.step);
        };
        /** As if the dispatcher had died, or the reconciler had missed the flow; also admits a job of a new round. */
        const redispatch = async (): Promise<void> => {
          await scene.sql(
            `update jobs set enqueued_at = null, enqueue_lease_until = now() where id = $1 and status = 'running'`,
            [job.jobId],
          );
          for (const { jobId, generation } of await scene.dispatch.claim(limits))
            await scene.dispatch.confirm(jobId, generation);
        };
        const play = async (next: Move): Promise<void> => {
          switch (next.kind) {
            case 'cancel':
              await cancel(job.jobId);
              return;
            case 'redispatch':
              return await redispatch();
            case 'reopen': {
              const row = await findJob(scene.database.executor, accountId, job.jobId);
              if (row === undefined) return;
              const { generation, lastEventSequence } = row;
              const quiet = { jobId: job.jobId, generation, lastEventSequence, expected: [] };
              await createReconcileStore(scene.database).reopen(quiet);
              return;
            }
            case 'another-round':
              if (await unlessRefused(retryJob(scene.database, { accountId, jobId: job.jobId }))) rounds += 1;
              return;
            case 'replay': {
              const letters = await listDeadLetters(scene.database.executor, { jobId: job.jobId, limit: 50 });
              const letter = letters[letters.length === 0 ? 0 : next.letter % letters.length];
              if (letter !== undefined) await unlessRefused(replayDeadLetter(scene.database, letter.id));
              return;
            }
            case 'deadline':
              await scene.sql(`update jobs set deadline = now() where id = $1`, [job.jobId]);
              await scene.dispatch.expire(10);
              return;
          }
          if ('step' in next) {
            const generation = (await generationNow()) - (next.oldFlow ? 1 : 0);
            await take(next.kind, { ...job.ticket(keys[next.step] ?? 'book'), generation });
          } else {
            const lease = leases[leases.length === 0 ? 0 : next.lease % leases.length];
            if (lease !== undefined) await write(next.kind, lease);
          }
        };
        for (const turn of turns) await Promise.all(turn.map(play));
        expect(await brokenInvariants(scene)).toEqual([]);
        // Whatever happened, what is left of the job can still be finished.
        await redispatch();
        const generation = await generationNow();
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
    { numRuns: 40 },
  );
  // Runs that all end alike, or never begin another round, would have tried little.
  expect(ends.size).toBeGreaterThan(1);
  expect(rounds).toBeGreaterThan(0);
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
