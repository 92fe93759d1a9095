/** Workers that come back, and a queue that may be lost with all it holds. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { cancelJob, findMootEntries } from '@pressroom/database';
import { type PressroomError, silentLog } from '@pressroom/domain';
import { createStandingWorker, type StepPayload, sweepEntries } from '@pressroom/queue';
import { eventually, type FaultProxy, signal, startFaultProxy } from '@pressroom/testing';
import { backends, closeScenes, handlers, Scene } from './scene.ts';

afterEach(closeScenes);

async function behindProxy(backend: (typeof backends)[number]): Promise<{ scene: Scene; proxy: FaultProxy }> {
  let proxy: FaultProxy | undefined;
  const through = async (url: string): Promise<string> => {
    proxy = await startFaultProxy({ target: url });
    return proxy.url;
  };
  const scene = await Scene.open(backend, { [backend === 'redis' ? 'redis' : 'database']: through });
  if (proxy === undefined) throw new Error('Nothing was put in between');
  return { scene, proxy };
}

describe.each(backends)('on %s', (backend) => {
  test('a worker whose queue went silent is not ready, and takes steps again when it is back (invariant 6)', async () => {
    const { scene, proxy } = await behindProxy(backend);
    const workers = await scene.workers(handlers(), {
      lockMs: 1_000,
      canary: { limitMs: 1_500, exitMs: 600_000 },
    });
    await Promise.all(workers.map((worker) => worker.check()));
    await proxy.setMode('half-open');
    for (const worker of workers) {
      await eventually(() => expect(worker.report().state).toBe('quiet'), { deadlineMs: 20_000 });
      await expect(worker.check()).rejects.toMatchObject({ code: 'not-ready' });
    }
    await proxy.setMode('cut');
    await proxy.setMode('pass');
    for (const worker of workers) await eventually(() => worker.check(), { deadlineMs: 40_000 });
    await scene.dispatcher();
    const jobId = await scene.submit(1);
    expect(await scene.settled(jobId)).toMatchObject({ status: 'succeeded', captured: 2 });
  }, 90_000);

  test('a worker that its queue does not answer past the limit has its process end, and says why', async () => {
    const { scene, proxy } = await behindProxy(backend);
    const stuck = signal<PressroomError>();
    await scene.workers(handlers(), {
      graceMs: 100,
      lockMs: 500,
      canary: { limitMs: 500, exitMs: 2_000 },
      onStuck: (error) => stuck.resolve(error),
    });
    await proxy.setMode('half-open');
    expect((await stuck.promise).message).toMatch(
      /has not been answered by its queue for \d+ s, .*the process ends/,
    );
    await proxy.setMode('cut');
    await proxy.setMode('pass');
  }, 90_000);

  test('a worker whose fetch loop hangs, while the queue answers and isRunning() is true, is built anew', async () => {
    const scene = await Scene.open(backend);
    const taken = signal<string>();
    let built = 0;
    const standing = createStandingWorker({
      name: 'pdf worker',
      backend: scene.queues,
      build: () => {
        built += 1;
        const worker = scene.queues.worker<StepPayload>(
          'pdf',
          ({ data }) => {
            taken.resolve(data.stepId);
            return Promise.resolve();
          },
          { concurrency: 1, stalledInterval: 5_000, fetchPauseMs: 100 },
        );
        // As a fetch whose answer was lost.
        if (built === 1) Object.assign(worker, { moveToActive: () => new Promise(() => {}) });
        return worker;
      },
      limits: { limitMs: 600, exitMs: 600_000 },
      log: silentLog,
      onStuck: () => {},
    });
    await standing.start();
    await scene.queues.queue('pdf').add('x', { stepId: 'step_x', jobId: 'job_x', generation: 1 });
    expect(await taken.promise).toBe('step_x');
    await eventually(() => standing.check());
    expect(standing.report().state).toBe('up');
    expect(standing.report().rebuilds).toBeGreaterThan(0);
    expect(standing.report().polled).toBeGreaterThan(0);
    await standing.stop(2_000);
  });

  test('of 200 jobs in flight when the queue is emptied, all finish within 90 s, once, and are charged once (invariants 1, 3)', async () => {
    const scene = await Scene.open(backend);
    const gate = signal();
    let begun = 0;
    await scene.workers(
      handlers({
        'generate-picture': async (context) => {
          begun += 1;
          if (begun > 20) await gate.promise;
          return await handlers()['generate-picture'](context);
        },
      }),
      { lockMs: 2_000 },
    );
    const dispatcher = await scene.dispatcher({ windowFlows: 200 });
    const jobs: string[] = [];
    for (let count = 0; count < 200; count += 1) jobs.push(await scene.submit(1));
    dispatcher.nudge();
    await scene.reconciler(1_000);
    await eventually(() => expect(begun).toBeGreaterThan(20), { deadlineMs: 60_000 });
    await scene.loseQueue();
    const flushed = performance.now();
    gate.resolve();
    for (const jobId of jobs) {
      const job = await scene.settled(jobId, Math.max(1, 90_000 - (performance.now() - flushed)));
      expect(job).toMatchObject({ status: 'succeeded', captured: 2, refunded: 0 });
      const events = await scene.events(jobId);
      expect(events.filter((type) => type === 'step.succeeded')).toHaveLength(3);
      expect(events.filter((type) => type === 'job.succeeded')).toHaveLength(1);
    }
  }, 180_000);

  test('entries of ended jobs that an old copy of the queue brings back do nothing and are cleaned (invariant 1)', async () => {
    const scene = await Scene.open(backend);
    // The old copy: the flow of generation 1 is in the queue, while the record goes on without it.
    const jobId = await scene.submit(2);
    await scene.dispatcher();
    await eventually(async () => expect((await scene.job(jobId)).enqueuedAt).not.toBeNull());
    const waiting = await scene.submit(1);
    await eventually(async () => expect((await scene.job(waiting)).enqueuedAt).not.toBeNull());
    await cancelJob(scene.database, scene.accountId, jobId);
    const swept = await sweepEntries(
      {
        queues: scene.queues,
        findMoot: (entries) => findMootEntries(scene.database.executor, entries, 0),
        log: silentLog,
      },
      new AbortController().signal,
    );
    expect(swept).toEqual({ looked: 8, removed: 5 });
    await scene.workers();
    expect(await scene.settled(waiting)).toMatchObject({ status: 'succeeded', generation: 1 });
    expect(await scene.job(jobId)).toMatchObject({ status: 'cancelled', captured: 0, refunded: 3 });
  });
});
