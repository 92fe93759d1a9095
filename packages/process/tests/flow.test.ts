import { afterEach, describe, expect, test } from '@jest/globals';
import { cancelJob } from '@pressroom/database';
import { PressroomError, silentLog } from '@pressroom/domain';
import { buildFlow, queueJobId, removeFlow } from '@pressroom/queue';
import { eventually, signal } from '@pressroom/testing';
import { backends, closeScenes, handlers, Scene } from './scene.ts';

afterEach(closeScenes);

const never = (abort: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    abort.addEventListener('abort', () => reject(abort.reason as Error), { once: true }),
  );

describe.each(backends)('on %s', (backend) => {
  test('a job runs its steps children first and settles once', async () => {
    const scene = await Scene.open(backend);
    const order: string[] = [];
    await scene.workers(
      handlers({
        'ingest-image': async (context) => {
          order.push(`ingest-${context.input.index}`);
          return await handlers()['ingest-image'](context);
        },
        'generate-picture': async (context) => {
          order.push(`generate-${context.input.index}`);
          return await handlers()['generate-picture'](context);
        },
        'render-picture-book': async (context) => {
          order.push('book');
          return await handlers()['render-picture-book'](context);
        },
      }),
    );
    const dispatcher = await scene.dispatcher();
    const jobId = await scene.submit(3);
    dispatcher.nudge();
    const job = await scene.settled(jobId);
    expect(job).toMatchObject({ status: 'succeeded', captured: 4, refunded: 0, generation: 1 });
    expect(order.at(-1)).toBe('book');
    for (const index of [0, 1, 2]) {
      expect(order.indexOf(`ingest-${index}`)).toBeLessThan(order.indexOf(`generate-${index}`));
    }
    expect(order).toHaveLength(7);
    const events = await scene.events(jobId);
    expect(events[0]).toBe('job.queued');
    expect(events[1]).toBe('job.running');
    expect(events.at(-1)).toBe('job.succeeded');
    expect(events.filter((type) => type === 'step.succeeded')).toHaveLength(7);
  });

  test('a transient failure is tried again and counts as an attempt', async () => {
    const scene = await Scene.open(backend);
    let calls = 0;
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          calls += 1;
          if (calls < 3) throw new PressroomError('provider-unavailable', 'Down');
          return await handlers()['generate-picture'](context);
        },
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    expect((await scene.settled(jobId)).status).toBe('succeeded');
    expect(calls).toBe(3);
    expect((await scene.step(jobId, 'generate-0')).attempts).toBe(2);
  });

  test('a transient failure that lasts ends the job, with a refund', async () => {
    const scene = await Scene.open(backend);
    await scene.workers(
      handlers({
        'generate-picture': () => Promise.reject(new PressroomError('provider-unavailable', 'Down')),
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(2);
    const job = await scene.settled(jobId);
    expect(job).toMatchObject({
      status: 'failed',
      captured: 0,
      refunded: 3,
      error: { code: 'provider-unavailable' },
    });
    const statuses = (await scene.stepsOf(jobId)).map((step) => step.status);
    expect(statuses).not.toContain('running');
    expect(statuses).not.toContain('pending');
  });

  test('a throttled wait spends no attempt', async () => {
    const scene = await Scene.open(backend);
    let calls = 0;
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          calls += 1;
          if (calls <= 5) throw new PressroomError('provider-throttled', 'Wait', { retryAfterMs: 30 });
          return await handlers()['generate-picture'](context);
        },
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    expect((await scene.settled(jobId)).status).toBe('succeeded');
    expect((await scene.step(jobId, 'generate-0')).attempts).toBe(0);
  });

  test('under skip, a bad photo is left out and its credit comes back', async () => {
    const scene = await Scene.open(backend);
    await scene.workers(
      handlers({
        'ingest-image': async (context) => {
          if (context.input.index === 1) throw new PressroomError('image-corrupt', 'Photo 2 is damaged');
          return await handlers()['ingest-image'](context);
        },
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(3, 'skip');
    const job = await scene.settled(jobId);
    expect(job).toMatchObject({ status: 'succeeded', captured: 3, refunded: 1, output: { skipped: [1] } });
    expect((await scene.step(jobId, 'ingest-1')).status).toBe('failed');
    expect((await scene.step(jobId, 'generate-1')).status).toBe('skipped');
  });

  test('what a step kept between its attempts is discarded once it has failed for good', async () => {
    const scene = await Scene.open(backend);
    const discarded = signal<string>();
    await scene.workers(
      handlers({ 'ingest-image': () => Promise.reject(new PressroomError('image-corrupt', 'Damaged')) }),
      {
        discardWork: (stepId) => {
          discarded.resolve(stepId);
          return Promise.resolve();
        },
      },
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    expect(await discarded.promise).toBe((await scene.step(jobId, 'ingest-0')).id);
  });

  test('under fail, a bad photo ends the job at once and everything comes back', async () => {
    const scene = await Scene.open(backend);
    await scene.workers(
      handlers({
        'ingest-image': async (context) => {
          if (context.input.index === 0) throw new PressroomError('image-corrupt', 'Photo 1 is damaged');
          return await handlers()['ingest-image'](context);
        },
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(3, 'fail');
    expect(await scene.settled(jobId)).toMatchObject({
      status: 'failed',
      captured: 0,
      refunded: 4,
      error: { code: 'image-corrupt' },
    });
  });

  test('a cancel reaches a running step, and what it does afterwards counts for nothing', async () => {
    const scene = await Scene.open(backend);
    const started = signal();
    const aborted = signal<string>();
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          started.resolve();
          await never(context.signal).catch((error: { why: string }) => aborted.resolve(error.why));
          // A handler that does not care: the guard does.
          return await handlers()['generate-picture'](context);
        },
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    await started.promise;
    await cancelJob(scene.database, scene.accountId, jobId);
    expect(await aborted.promise).toBe('lease-lost');
    expect(await scene.job(jobId)).toMatchObject({ status: 'cancelled', captured: 0, refunded: 2 });
    expect((await scene.step(jobId, 'generate-0')).status).toBe('cancelled');
  });

  test.each([
    [
      'cancelled',
      async (scene, jobId) => {
        await cancelJob(scene.database, scene.accountId, jobId);
        scene.hints.publishSettled(jobId);
      },
    ],
    [
      'cancelled by its deadline',
      async (scene, jobId) => {
        await scene.database.executor.execute(`update jobs set deadline = now() where id = '${jobId}'`);
        expect(await scene.dispatches.expire(10)).toEqual([jobId]);
      },
    ],
    [
      'failed by another step',
      async (scene, jobId) => {
        const { id: stepId, generation } = await scene.step(jobId, 'ingest-1');
        await scene.steps.abandon(
          { stepId, jobId, generation },
          { code: 'image-corrupt', message: 'Photo 2 is damaged' },
        );
      },
    ],
  ] satisfies [string, (scene: Scene, jobId: string) => Promise<void>][])(
    'a hint stops the running steps of a job that was %s, and of no other one',
    async (_, end) => {
      const scene = await Scene.open(backend);
      const started = new Map<string, () => void>();
      const aborted = new Map<string, string>();
      const ended = signal();
      await scene.workers(
        handlers({
          'ingest-image': async (context) => {
            if (context.input.index === 0) return await handlers()['ingest-image'](context);
            return await never(context.signal);
          },
          'generate-picture': async (context) => {
            started.get(context.jobId)?.();
            return await never(context.signal).catch((error: { why: string }) => {
              aborted.set(context.jobId, error.why);
              ended.resolve();
              throw error as unknown as Error;
            });
          },
        }),
        { hinted: true },
      );
      const jobs = [await scene.submit(2), await scene.submit(1)];
      const all = jobs.map((jobId) => new Promise<void>((resolve) => started.set(jobId, resolve)));
      await scene.dispatcher();
      await Promise.all(all);
      const [over = '', other = ''] = jobs;
      await end(scene, over);
      await ended.promise;
      expect([...aborted]).toEqual([[over, 'lease-lost']]);
      expect(await scene.job(over)).toMatchObject({ captured: 0, refunded: 3 });
      expect((await scene.step(other, 'generate-0')).status).toBe('running');
    },
  );

  test('a worker that stops hands its step back without spending an attempt, and another one finishes it', async () => {
    const scene = await Scene.open(backend);
    const started = signal();
    const first = await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          started.resolve();
          return await never(context.signal);
        },
      }),
      { graceMs: 50 },
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    await started.promise;
    await Promise.all(first.map((worker) => worker.stop()));
    expect(await scene.step(jobId, 'generate-0')).toMatchObject({ status: 'pending', attempts: 0 });
    await scene.workers();
    expect((await scene.settled(jobId)).status).toBe('succeeded');
    expect((await scene.step(jobId, 'generate-0')).attempts).toBe(0);
    const queued = await scene.queues
      .queue('generate')
      .getJob(queueJobId((await scene.step(jobId, 'generate-0')).id, 1));
    expect(queued?.attemptsMade ?? 0).toBeLessThanOrEqual(1);
  });

  test('a worker that stops lets a running step finish within its grace', async () => {
    const scene = await Scene.open(backend);
    const started = signal();
    const finish = signal();
    const first = await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          started.resolve();
          await finish.promise;
          return await handlers()['generate-picture'](context);
        },
      }),
      { graceMs: 20_000 },
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    await started.promise;
    const stopped = Promise.all(first.map((worker) => worker.stop()));
    finish.resolve();
    await stopped;
    expect((await scene.step(jobId, 'generate-0')).status).toBe('succeeded');
  });

  test('a job whose dispatcher died before it enqueued is taken by the sweep of another', async () => {
    const scene = await Scene.open(backend);
    const jobId = await scene.submit(1);
    // The dead dispatcher: it claimed, and even enqueued, but never confirmed.
    const [lost] = await scene.dispatches.claim({
      windowFlows: 10,
      accountWindowFlows: 10,
      batch: 10,
      leaseMs: 1,
    });
    expect(lost?.jobId).toBe(jobId);
    await scene.workers();
    await scene.dispatcher();
    expect(await scene.settled(jobId)).toMatchObject({ status: 'succeeded', generation: 2 });
  });

  test('a flow that was enqueued twice under two generations runs each step once', async () => {
    const scene = await Scene.open(backend);
    let runs = 0;
    const jobId = await scene.submit(2);
    const [first] = await scene.dispatches.claim({
      windowFlows: 10,
      accountWindowFlows: 10,
      batch: 10,
      leaseMs: 1,
    });
    if (first === undefined) throw new Error('Nothing was claimed');
    const flow = buildFlow(first, {
      deliveries: 5,
      keepCompletedCount: 10,
      keepCompletedSeconds: 10,
      keepFailedCount: 10,
      keepFailedSeconds: 10,
    });
    if (flow === undefined) throw new Error('No flow was built');
    await scene.queues.flows.add(flow);
    await scene.dispatcher();
    await eventually(async () => expect((await scene.job(jobId)).enqueuedAt).not.toBeNull(), {
      deadlineMs: 10_000,
    });
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          runs += 1;
          return await handlers()['generate-picture'](context);
        },
      }),
    );
    expect((await scene.settled(jobId)).status).toBe('succeeded');
    expect(runs).toBe(2);
  });

  test('a handler that is stuck past its lock elsewhere cannot write: the second worker wins', async () => {
    const scene = await Scene.open(backend);
    const jobId = await scene.submit(1);
    await scene.dispatches.claim({ windowFlows: 10, accountWindowFlows: 10, batch: 10, leaseMs: 60_000 });
    const step = await scene.step(jobId, 'ingest-0');
    const ticket = { stepId: step.id, jobId, generation: 1 };
    const slow = await scene.steps.claim(ticket, 'slow');
    const quick = await scene.steps.claim(ticket, 'quick');
    if (slow.kind !== 'claimed' || quick.kind !== 'claimed') throw new Error('Not claimed');
    expect(await scene.steps.succeed(slow.step, { output: {}, assets: [] })).toBe(false);
    expect(await scene.steps.succeed(quick.step, { output: { by: 'quick' }, assets: [] })).toBe(true);
    expect((await scene.step(jobId, 'ingest-0')).output).toEqual({ by: 'quick' });
  });

  test('removing the flow of a cancelled job leaves nothing in the queues', async () => {
    const scene = await Scene.open(backend);
    await scene.dispatcher();
    const jobId = await scene.submit(3);
    await eventually(async () => expect((await scene.job(jobId)).enqueuedAt).not.toBeNull(), {
      deadlineMs: 10_000,
    });
    await cancelJob(scene.database, scene.accountId, jobId);
    const rows = await scene.stepsOf(jobId);
    const steps = rows.map(({ id, worker, generation }) => ({ stepId: id, worker, generation }));
    await removeFlow(scene.queues, steps, silentLog);
    for (const queue of scene.queues.queues) {
      expect(await queue.getJobCounts('waiting', 'waiting-children', 'delayed', 'active')).toEqual({
        waiting: 0,
        'waiting-children': 0,
        delayed: 0,
        active: 0,
      });
    }
  });
});
