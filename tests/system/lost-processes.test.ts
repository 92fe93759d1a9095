import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WireJobEvent } from '@pressroom/domain';
import { collect } from './collect.ts';
import { drawPhotos } from './drawn-photos.ts';
import { backends, type RunningSystem, startSystem, workerApps } from './running-system.ts';

/** The first step that each worker type runs in a book of these photos. */
const firstStep = {
  'ingest-worker': 'ingest-0',
  'generate-worker': 'generate-0',
  'pdf-worker': 'book',
} as const;

const starts = (step: string) => (event: WireJobEvent) =>
  event.type === 'step.started' && event.data['step'] === step;

describe.each(backends)('on %s', (backend) => {
  let system: RunningSystem;
  beforeAll(async () => {
    // A step has half a second to finish before it is handed back.
    system = await startSystem(backend, { PRESSROOM_SHUTDOWN_GRACE_MS: '5500' });
  });
  afterAll(async () => {
    await system.close();
  });

  test.each(workerApps)(
    'SIGTERM to the %s in the middle of a job spends no attempt (invariant 7)',
    async (app) => {
      const submitted = await system.submitBook(await drawPhotos(3, { width: 2_000, height: 1_500 }));
      await system.event(submitted.id, starts(firstStep[app]));
      const stopped = system.processes.get(app);
      stopped?.kill('SIGTERM');
      expect(await stopped?.exited).toEqual({ code: 0, signal: null });
      await system.start(app);
      const job = await system.client.waitForJob(submitted.id);
      expect(job).toMatchObject({ status: 'succeeded', cost: { held: 4, captured: 4, refunded: 0 } });
      expect(job.steps.map((step) => step.attempt)).toEqual(job.steps.map(() => 1));
      expect(job.steps.map((step) => step.error)).toEqual(job.steps.map(() => null));
    },
    180_000,
  );

  test.each(workerApps)(
    'SIGKILL of the %s in the middle of a job: the book comes out once, and is charged once (invariants 3, 5, 6)',
    async (app) => {
      const before = (await system.client.account()).balance;
      const submitted = await system.submitBook(await drawPhotos(3, { width: 2_000, height: 1_500 }));
      await system.event(submitted.id, starts(firstStep[app]));
      system.processes.get(app)?.kill('SIGKILL');
      await system.processes.get(app)?.exited;
      await system.start(app);
      const job = await system.client.waitForJob(submitted.id);
      expect(job).toMatchObject({ status: 'succeeded', cost: { held: 4, captured: 4, refunded: 0 } });
      expect((await system.client.account()).balance).toBe(before - 4);
      const entries = (await collect(system.client.ledger())).filter((entry) => entry.jobId === job.id);
      expect(entries.map((entry) => entry.kind).sort()).toEqual(['capture', 'hold', 'refund']);
      const events = await collect(system.client.jobEvents(job.id));
      expect(events.filter((event) => event.type === 'step.succeeded')).toHaveLength(7);
      expect(events.filter((event) => event.type === 'job.succeeded')).toHaveLength(1);
    },
    180_000,
  );

  test('a client that follows a job sees every event once, over a restart of the API', async () => {
    const submitted = await system.submitBook(await drawPhotos(3));
    const seen: WireJobEvent[] = [];
    let restarted: Promise<unknown> | undefined;
    for await (const event of system.client.jobEvents(submitted.id)) {
      seen.push(event);
      if (event.type !== 'step.started') continue;
      restarted ??= (async () => {
        system.processes.get('api')?.kill('SIGKILL');
        await system.processes.get('api')?.exited;
        return await system.start('api');
      })();
    }
    await restarted;
    expect(seen.map((event) => event.sequence)).toEqual(seen.map((_, index) => index + 1));
    expect(seen.at(-1)?.type).toBe('job.succeeded');
  }, 180_000);
});
