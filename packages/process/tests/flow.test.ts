import { afterEach, describe, expect, test } from '@jest/globals';
import { cancelJob } from '@pressroom/database';
import { PressroomError, silentLog } from '@pressroom/domain';
import { removeFlowOf } from '@pressroom/process';
import { buildFlow, type QueueBackend, queueJobId } from '@pressroom/queue';
import { eventually, signal } from '@pressroom/testing';
import { backends, closeScenes, handlers, Scene } from './scene.ts';

afterEach(closeScenes);

const never = (abort: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    abort.addEventListener('abort', () => reject(abort.reason as Error), { once: true }),
  );

/** Workers of BullMQ that say they have closed while they still do. */
function closingAtOnce(queues: QueueBackend): QueueBackend['worker'] {
  return (name, processor, options) => {
    const built = queues.worker(name, processor, options);
    const close = built.close.bind(built);
    built.close = () => {
      void close();
      return Promise.resolve();
    };
    return built;
  };
}

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
    const workers = await scene.workers(
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
    // A worker counts what it has written after it has written it.
    await eventually(() => {
      const [, generate, pdf] = workers.map((worker) => worker.report());
      expect(generate).toMatchObject({ started: 3, completed: 1, failed: 2, active: 0, rebuilds: 0 });
      expect(generate?.polled).toBeGreaterThanOrEqual(3);
      expect(pdf).toMatchObject({ started: 1, completed: 1, failed: 0, active: 0 });
    });
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

  test('a worker that stops hands back also what its queue has lost sight of', async () => {
    const scene = await Scene.open(backend);
    const started = signal();
    const [, generate] = await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          started.resolve();
          return await never(context.signal);
        },
      }),
      { backend: { ...scene.queues, worker: closingAtOnce(scene.queues) }, graceMs: 50 },
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    await started.promise;
    await generate?.stop();
    expect(await scene.step(jobId, 'generate-0')).toMatchObject({ status: 'pending', attempts: 0 });
  });

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

  test.each([
    ['is cancelled', (scene, jobId) => cancelJob(scene.database, scene.accountId, jobId)],
    [
      'has passed its deadline',
      (scene, jobId) =>
        scene.database.executor.execute(`update jobs set deadline = now() where id = '${jobId}'`),
    ],
  ] satisfies [string, (scene: Scene, jobId: string) => Promise<unknown>][])(
    'the flow of a job that %s leaves nothing in the queues',
    async (what, end) => {
      const scene = await Scene.open(backend);
      const { database, queues } = scene;
      const remove = (jobId: string) => removeFlowOf({ database, queues, log: silentLog }, jobId);
      const left = signal();
      await scene.dispatcher({
        onExpired: (jobIds) => {
          void Promise.all(jobIds.map(remove)).then(() => left.resolve());
        },
      });
      const jobId = await scene.submit(3);
      await eventually(async () => expect((await scene.job(jobId)).enqueuedAt).not.toBeNull(), {
        deadlineMs: 10_000,
      });
      await end(scene, jobId);
      if (what === 'is cancelled') await remove(jobId);
      else await left.promise;
      expect((await scene.job(jobId)).status).toBe('cancelled');
      for (const queue of queues.queues) {
        expect(
          await queue.getJobCountByTypes('waiting', 'prioritized', 'waiting-children', 'delayed', 'active'),
        ).toBe(0);
      }
    },
  );

  /**
   * What waits in the record is put in order by the claim, whose own test has 10,000 jobs; what a job of another account finds
   * before it in the queue is bounded by the window. So a backlog of four windows is as good as any here.
   */
  test('an account with a backlog does not delay the single job of another one by more than two jobs', async () => {
    const scene = await Scene.open(backend);
    const other = await scene.openAccount();
    const log: { readonly step: string; readonly jobId: string; readonly at: 'start' | 'end' }[] = [];
    const logged =
      <Context extends { readonly jobId: string }, Result>(
        step: string,
        run: (context: Context) => Promise<Result>,
      ) =>
      async (context: Context): Promise<Result> => {
        log.push({ step, jobId: context.jobId, at: 'start' });
        await work(10);
        const result = await run(context);
        log.push({ step, jobId: context.jobId, at: 'end' });
        return result;
      };
    const plain = handlers();
    await scene.workers(
      {
        ...plain,
        'ingest-image': logged('ingest', plain['ingest-image']),
        'generate-picture': logged('generate', plain['generate-picture']),
        'render-picture-book': logged('book', plain['render-picture-book']),
      },
      { concurrency: 1 },
    );
    const backlog: string[] = [];
    for (let index = 0; index < 32; index += 1) backlog.push(await scene.submit(1));
    const dispatcher = await scene.dispatcher({ windowFlows: 8, accountWindowFlows: 6 });
    for (const settledBefore of [1, 5]) {
      await scene.settled(backlog[settledBefore - 1] ?? '');
      const jobId = await scene.submit(1, 'fail', 0, other);
      // Each step waits from the end of the one below it, and behind steps of its own worker only.
      let ready = log.length;
      dispatcher.nudge();
      await scene.settled(jobId, 30_000, other.accountId);
      let waitedFor = 0;
      for (const step of ['ingest', 'generate', 'book']) {
        const at = (moment: 'start' | 'end') =>
          log.findIndex((line) => line.step === step && line.jobId === jobId && line.at === moment);
        const before = log.slice(ready, at('start'));
        waitedFor += before.filter((line) => line.step === step && line.at === 'start').length;
        ready = at('end');
      }
      // Two jobs are six steps.
      expect(waitedFor).toBeLessThanOrEqual(6);
      expect((await scene.job(backlog.at(-1) ?? '')).settledAt).toBeNull();
    }
  });
});

/** What a step's work takes, not a wait for something. */
const work = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
