/** What the system stands on goes away and comes back: no job may be lost, charged twice, or wait for ever. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { PressroomError, silentLog } from '@pressroom/domain';
import { openQueueBackend } from '@pressroom/queue';
import { createTestRedis, eventually, type FaultProxy, signal, startFaultProxy } from '@pressroom/testing';
import { backends, closeScenes, handlers, Scene } from './scene.ts';

afterEach(closeScenes);

async function behindProxy(
  backend: (typeof backends)[number],
  what: 'redis' | 'database',
): Promise<{ scene: Scene; proxy: FaultProxy }> {
  let proxy: FaultProxy | undefined;
  const through = async (url: string): Promise<string> => {
    proxy = await startFaultProxy({ target: url });
    return proxy.url;
  };
  const scene = await Scene.open(backend, { [what]: through });
  if (proxy === undefined) throw new Error('Nothing was put in between');
  return { scene, proxy };
}

const lost = new PressroomError('database-unavailable', 'The database does not answer');

describe('with Redis', () => {
  test.each(['refuse', 'half-open'] as const)(
    'a job accepted while it is out of reach (%s) is enqueued once it is back, and the outage leaves no heap of flows',
    async (mode) => {
      const { scene, proxy } = await behindProxy('redis', 'redis');
      await proxy.setMode(mode);
      const dispatcher = await scene.dispatcher({ leaseMs: 400 });
      const jobId = await scene.submit(1);
      dispatcher.nudge();
      // Ten leases long.
      const until = performance.now() + 4_000;
      await eventually(() => expect(performance.now()).toBeGreaterThan(until), { deadlineMs: 10_000 });
      await proxy.setMode('pass');
      await scene.workers();
      expect(await scene.settled(jobId)).toMatchObject({ status: 'succeeded', captured: 2, refunded: 0 });
      expect((await scene.job(jobId)).generation).toBeLessThanOrEqual(3);
      const counts = await Promise.all(scene.queues.queues.map((queue) => queue.getJobCounts()));
      const known = counts.flatMap((states) => Object.values(states)).reduce((sum, count) => sum + count, 0);
      expect(known).toBeLessThanOrEqual(3 * 3);
    },
  );

  test('a dispatcher stops in time while it is out of reach', async () => {
    const { scene, proxy } = await behindProxy('redis', 'redis');
    const dispatcher = await scene.dispatcher({ leaseMs: 60_000 });
    await proxy.setMode('half-open');
    dispatcher.nudge();
    const begun = performance.now();
    await dispatcher.stop();
    expect(performance.now() - begun).toBeLessThan(8_000);
    await proxy.setMode('pass');
  });

  test('a connection that could not be made leaves nothing behind that connects later', async () => {
    const { url } = await createTestRedis();
    const proxy = await startFaultProxy({ target: url });
    await proxy.setMode('refuse');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const opened = openQueueBackend({
        redisUrl: proxy.url,
        databaseUrl: '',
        prefix: '{x}',
        log: silentLog,
      });
      await expect(opened).rejects.toThrow();
    }
    await proxy.setMode('pass');
    // Longer than the first pauses between two tries to connect.
    const until = performance.now() + 3_000;
    await eventually(
      () => {
        expect(proxy.connections).toBe(0);
        expect(performance.now()).toBeGreaterThan(until);
      },
      { deadlineMs: 4_000 },
    );
  });

  test.each(['refuse', 'half-open'] as const)(
    'what stands on it closes in time while it is out of reach (%s)',
    async (mode) => {
      const { url } = await createTestRedis();
      const proxy = await startFaultProxy({ target: url });
      const opened = await openQueueBackend({
        redisUrl: proxy.url,
        databaseUrl: '',
        prefix: '{x}',
        log: silentLog,
      });
      await opened.queue('pdf').count();
      await proxy.setMode(mode);
      const asked = opened.queue('pdf').count();
      asked.catch(() => {});
      const begun = performance.now();
      await opened.close();
      expect(performance.now() - begun).toBeLessThan(3_000);
    },
  );

  test('an idle worker stops in time while it is out of reach', async () => {
    const { scene, proxy } = await behindProxy('redis', 'redis');
    const workers = await scene.workers();
    await proxy.setMode('refuse');
    const begun = performance.now();
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(performance.now() - begun).toBeLessThan(8_000);
    await proxy.setMode('pass');
  });

  test('workers that lose it mid-step go on when it is back, and the job settles once', async () => {
    const { scene, proxy } = await behindProxy('redis', 'redis');
    const started = signal();
    const finish = signal();
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          started.resolve();
          await finish.promise;
          return await handlers()['generate-picture'](context);
        },
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(2);
    await started.promise;
    await proxy.setMode('refuse');
    finish.resolve();
    await eventually(async () => {
      const steps = await scene.stepsOf(jobId);
      expect(steps.some((step) => step.handler === 'generate-picture' && step.status === 'succeeded')).toBe(
        true,
      );
    });
    await proxy.setMode('pass');
    expect(await scene.settled(jobId)).toMatchObject({ status: 'succeeded', captured: 3, refunded: 0 });
  });
});

describe.each(backends)('on %s', (backend) => {
  test('a step whose database is cut in the middle is delivered again and spends no attempt', async () => {
    const { scene, proxy } = await behindProxy(backend, 'database');
    const started = signal();
    const finish = signal();
    let runs = 0;
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          runs += 1;
          started.resolve();
          await finish.promise;
          return await handlers()['generate-picture'](context);
        },
      }),
    );
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    await started.promise;
    await proxy.setMode('refuse');
    finish.resolve();
    const until = performance.now() + 1_500;
    await eventually(() => expect(performance.now()).toBeGreaterThan(until));
    await proxy.setMode('pass');
    expect(await scene.settled(jobId)).toMatchObject({ status: 'succeeded', captured: 2, refunded: 0 });
    expect((await scene.step(jobId, 'generate-0')).attempts).toBe(0);
    expect(runs).toBeGreaterThan(1);
  });

  test('a record that fails just as the last attempt ends well does not fail the step', async () => {
    const scene = await Scene.open(backend);
    let failures = 0;
    await scene.workers(handlers(), {
      store: {
        succeed: (lease, completion) => {
          failures += 1;
          return failures <= 5 ? Promise.reject(lost) : scene.steps.succeed(lease, completion);
        },
      },
    });
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    expect(await scene.settled(jobId)).toMatchObject({ status: 'succeeded', captured: 2 });
    expect((await scene.stepsOf(jobId)).map((step) => step.attempts)).toEqual([0, 0, 0]);
  });

  test.each(['release', 'fail', 'claim'] as const)(
    'a step whose %s fails is delivered again and ends',
    async (method) => {
      const scene = await Scene.open(backend);
      let failures = 0;
      const write = scene.steps[method] as (...given: unknown[]) => Promise<never>;
      await scene.workers(
        handlers({
          'generate-picture': () => Promise.reject(new PressroomError('provider-unavailable', 'Down')),
        }),
        {
          store: {
            [method]: (...given: unknown[]) => {
              failures += 1;
              return failures <= 2 ? Promise.reject(lost) : write(...given);
            },
          },
        },
      );
      await scene.dispatcher();
      const jobId = await scene.submit(1);
      expect(await scene.settled(jobId)).toMatchObject({
        status: 'failed',
        refunded: 2,
        error: { code: 'provider-unavailable' },
      });
    },
  );

  test('a step that the queue gives up on by itself is given up in the record, also when that fails at first', async () => {
    const scene = await Scene.open(backend);
    let failures = 0;
    await scene.workers(
      handlers({
        'generate-picture': () => Promise.reject(new PressroomError('provider-unavailable', 'Down')),
      }),
      {
        store: {
          abandon: (ticket, error) => {
            failures += 1;
            return failures <= 2 ? Promise.reject(lost) : scene.steps.abandon(ticket, error);
          },
        },
      },
    );
    await scene.dispatcher({ flowOptions: { deliveries: 1 } });
    const jobId = await scene.submit(1);
    expect(await scene.settled(jobId)).toMatchObject({
      status: 'failed',
      refunded: 2,
      error: { code: 'worker-lost' },
    });
  });

  test('what the queues keep of ended jobs is bounded', async () => {
    const scene = await Scene.open(backend);
    const kept = 5;
    await scene.workers();
    await scene.dispatcher({ flowOptions: { keepCompletedCount: kept } });
    const jobs = await Promise.all(Array.from({ length: 50 }, () => scene.submit(1)));
    for (const jobId of jobs) await scene.settled(jobId);
    // The record is written before the queue lets go of the step.
    await eventually(async () => {
      for (const queue of scene.queues.queues) {
        const counts = await queue.getJobCounts();
        const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
        expect(all).toBeLessThanOrEqual(kept + 4);
      }
    });
  });

  test('what the queues keep of failed steps is bounded', async () => {
    const scene = await Scene.open(backend);
    const kept = 2;
    await scene.workers(
      handlers({ 'ingest-image': () => Promise.reject(new PressroomError('image-corrupt', 'Damaged')) }),
    );
    await scene.dispatcher({ flowOptions: { keepFailedCount: kept, keepCompletedCount: kept } });
    const jobs = await Promise.all(Array.from({ length: 20 }, () => scene.submit(1)));
    for (const jobId of jobs) expect((await scene.settled(jobId)).status).toBe('failed');
    await eventually(async () => {
      const counts = await scene.queues.queue('ingest').getJobCounts();
      expect(counts['failed']).toBeGreaterThan(0);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(kept + 4);
    });
  });

  test('ended steps leave the queues when they are old', async () => {
    const scene = await Scene.open(backend);
    await scene.workers();
    await scene.dispatcher({ flowOptions: { keepCompletedSeconds: 1 } });
    const known = async (jobId: string): Promise<number> => {
      const steps = await scene.stepsOf(jobId);
      const states = await Promise.all(
        steps.map(({ worker, id }) => scene.queues.queue(worker).getJobState(`${id}-1`)),
      );
      return states.filter((state) => state === 'completed').length;
    };
    const old = await scene.submit(1);
    await scene.settled(old);
    await eventually(async () => expect(await known(old)).toBe(3));
    const until = performance.now() + 2_100;
    await eventually(() => expect(performance.now()).toBeGreaterThan(until));
    const young = await scene.submit(1);
    await scene.settled(young);
    await eventually(async () => {
      expect(await known(old)).toBe(0);
      expect(await known(young)).toBe(3);
    });
  });
});
