/** Steps that a handler adds while it runs: in the record and in the queue, through crashes, losses, retries and cancels. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { cancelJob, retryJob } from '@pressroom/database';
import {
  armFaultPoints,
  type FaultPoint,
  PressroomError,
  type StepContext,
  type StepHandler,
  type StepPlan,
} from '@pressroom/domain';
import { signal } from '@pressroom/testing';
import { backends, closeScenes, handlers, Scene } from './scene.ts';

afterEach(async () => {
  armFaultPoints(undefined);
  await closeScenes();
});

type BookHandler = StepHandler<'render-picture-book'>;

const extra = (index: number, change: Partial<StepPlan> = {}): StepPlan =>
  ({
    key: `extra-${index}`,
    handler: 'generate-picture',
    input: { index: 100 + index, style: 'poster' },
    credits: 1,
    children: [],
    ...change,
  }) as StepPlan;

/** A book that asks for `wanted` more pictures before it is made. No handler of a picture book may, so the types are bent here. */
function expanding(
  wanted: readonly StepPlan[],
  runs: StepContext<'render-picture-book'>[] = [],
): BookHandler {
  return (async (context: StepContext<'render-picture-book'>) => {
    runs.push(context);
    const missing = wanted.filter(({ key }) => !context.children.some((child) => child.key === key));
    if (missing.length > 0) return { expand: missing };
    return await handlers()['render-picture-book'](context);
  }) as unknown as BookHandler;
}

/** Fails once at the point, as a crash would. */
function breakOnceAt(point: FaultPoint): void {
  armFaultPoints((reached) => {
    if (reached !== point) return Promise.resolve();
    armFaultPoints(undefined);
    return Promise.reject(new Error(`broken at ${point}`));
  });
}

describe.each(backends)('on %s', (backend) => {
  test('a step that asks for more steps runs again when they have ended, sees their results, and what its reserve did not spend comes back', async () => {
    const scene = await Scene.open(backend);
    const runs: StepContext<'render-picture-book'>[] = [];
    await scene.workers(handlers({ 'render-picture-book': expanding([extra(0), extra(1)], runs) }));
    await scene.dispatcher();
    const jobId = await scene.submit(1, 'fail', 5);
    const job = await scene.settled(jobId);
    // One picture, one book, two of the five that were reserved.
    expect(job).toMatchObject({ status: 'succeeded', price: 7, captured: 4, refunded: 3, generation: 1 });
    expect(runs.map(({ children }) => children.map(({ key, status }) => `${key} ${status}`))).toEqual([
      ['generate-0 succeeded'],
      ['generate-0 succeeded', 'extra-0 succeeded', 'extra-1 succeeded'],
    ]);
    const steps = await scene.stepsOf(jobId);
    expect(steps.map(({ key, position }) => [key, position])).toEqual([
      ['ingest-0', 0],
      ['generate-0', 1],
      ['extra-0', 2],
      ['extra-1', 3],
      ['book', 4],
    ]);
    expect(steps.at(-1)).toMatchObject({ attempts: 0, losses: 0, reserve: 3 });
    expect(await scene.events(jobId)).toContain('step.expanded');
  });

  test('steps that have steps below them may be added, two hundred at once', async () => {
    const scene = await Scene.open(backend);
    const order: string[] = [];
    await scene.workers(
      handlers({
        'ingest-image': async (context) => {
          order.push(`ingest ${context.input.index}`);
          return await handlers()['ingest-image'](context);
        },
        'generate-picture': async (context) => {
          order.push(`generate ${context.input.index}`);
          return await handlers()['generate-picture'](context);
        },
        'render-picture-book': expanding(
          Array.from({ length: 100 }, (_, index) =>
            extra(index, {
              credits: 0,
              children: [
                {
                  key: `below-${index}`,
                  handler: 'ingest-image',
                  input: { assetId: 'asset_none', index: 100 + index },
                  credits: 0,
                  children: [],
                },
              ],
            }),
          ),
        ),
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    expect((await scene.settled(jobId)).status).toBe('succeeded');
    expect(new Set(order).size).toBe(202);
    expect(order).toHaveLength(202);
    for (let index = 100; index < 200; index += 1) {
      expect(order.indexOf(`ingest ${index}`)).toBeLessThan(order.indexOf(`generate ${index}`));
    }
  }, 60_000);

  test('a crash between the record and the queue leaves nothing out and nothing twice', async () => {
    const scene = await Scene.open(backend);
    const runs: StepContext<'render-picture-book'>[] = [];
    let made = 0;
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          if (context.input.index >= 100) made += 1;
          return await handlers()['generate-picture'](context);
        },
        'render-picture-book': expanding([extra(0), extra(1)], runs),
      }),
    );
    breakOnceAt('step.expanded');
    await scene.dispatcher();
    const jobId = await scene.submit(1, 'fail', 2);
    expect(await scene.settled(jobId)).toMatchObject({ status: 'succeeded', captured: 4, generation: 1 });
    expect(made).toBe(2);
    expect(runs).toHaveLength(2);
  });

  test('a queue that is lost with added steps in it is built anew with them (invariant 1)', async () => {
    const scene = await Scene.open(backend);
    const begun = signal<void>();
    const lost = signal<void>();
    let held = true;
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          if (context.input.index === 100 && held) {
            begun.resolve();
            await lost.promise;
          }
          return await handlers()['generate-picture'](context);
        },
        'render-picture-book': expanding([extra(0), extra(1), extra(2)]),
      }),
      { lockMs: 1_000 },
    );
    await scene.dispatcher();
    await scene.reconciler();
    const jobId = await scene.submit(1, 'fail', 3);
    await begun.promise;
    held = false;
    await scene.loseQueue();
    lost.resolve();
    const job = await scene.settled(jobId, 60_000);
    expect(job).toMatchObject({ status: 'succeeded', captured: 5, refunded: 0 });
    expect(job.generation).toBeGreaterThan(1);
    expect((await scene.stepsOf(jobId)).filter(({ key }) => key.startsWith('extra-'))).toHaveLength(3);
  }, 90_000);

  test('a retry runs the added step that failed and its parent again, and adds none twice', async () => {
    const scene = await Scene.open(backend);
    let broken = true;
    const made: number[] = [];
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          made.push(context.input.index);
          if (context.input.index === 101 && broken) throw new PressroomError('safety-blocked', 'No');
          return await handlers()['generate-picture'](context);
        },
        'render-picture-book': expanding([extra(0), extra(1)]),
      }),
    );
    const dispatcher = await scene.dispatcher();
    const jobId = await scene.submit(1, 'fail', 2);
    expect(await scene.settled(jobId)).toMatchObject({ status: 'failed', captured: 0, refunded: 4 });
    broken = false;
    await retryJob(scene.database, { accountId: scene.accountId, jobId });
    dispatcher.nudge();
    expect(await scene.settled(jobId)).toMatchObject({
      status: 'succeeded',
      captured: 4,
      refunded: 0,
      round: 2,
    });
    expect(made.filter((index) => index === 101)).toHaveLength(2);
    expect(made.filter((index) => index === 0)).toHaveLength(1);
    expect(await scene.stepsOf(jobId)).toHaveLength(5);
  });

  test('a cancel takes added steps with it', async () => {
    const scene = await Scene.open(backend);
    const begun = signal<void>();
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          if (context.input.index < 100) return await handlers()['generate-picture'](context);
          begun.resolve();
          return await new Promise((_, reject) =>
            context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)),
          );
        },
        'render-picture-book': expanding([extra(0), extra(1)]),
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1, 'fail', 2);
    await begun.promise;
    await cancelJob(scene.database, scene.accountId, jobId);
    expect(await scene.job(jobId)).toMatchObject({ status: 'cancelled', captured: 0, refunded: 4 });
    expect((await scene.stepsOf(jobId)).map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  test('a step that asks for more than its reserve pays for adds nothing and fails', async () => {
    const scene = await Scene.open(backend);
    await scene.workers(handlers({ 'render-picture-book': expanding([extra(0), extra(1)]) }));
    await scene.dispatcher();
    const jobId = await scene.submit(1, 'fail', 1);
    expect(await scene.settled(jobId)).toMatchObject({
      status: 'failed',
      error: { code: 'internal' },
      captured: 0,
      refunded: 3,
    });
    expect(await scene.stepsOf(jobId)).toHaveLength(3);
  });
});
