import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { silentLog } from '@pressroom/domain';
import { eventually, signal } from '@pressroom/testing';
import {
  appendJobEvent,
  createEventHints,
  type EventHintListener,
  listenForEventHints,
  listJobEvents,
} from '../src/index.ts';
import { claimed, failure, finish, openScene, runningJob, type Scene } from './scene.ts';

let scene: Scene;
let listener: EventHintListener | undefined;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  await listener?.close();
  listener = undefined;
  await scene.close();
});

/** A listener that is known to listen, and that practically never polls unless told to. */
async function listening(pollMs = 1_000_000): Promise<EventHintListener> {
  listener = listenForEventHints({ url: scene.directUrl, log: silentLog, pollMs });
  await eventually(async () => {
    expect(await listenerPids()).toHaveLength(1);
  });
  return listener;
}
const listenerPids = async () =>
  (
    await scene.sql<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'pressroom-events' and datname = current_database() and query like '%listen%' and state = 'idle'`,
    )
  ).map((row) => row.pid);

test('a write tells listeners of its own job, on another connection', async () => {
  const job = await runningJob(scene);
  const heard = signal();
  const target = await listening();
  let others = 0;
  target.subscribe('job_other', () => (others += 1));
  target.subscribe(job.jobId, () => heard.resolve());
  await claimed(scene, job.ticket('ingest-0'));
  await heard.promise;
  expect(others).toBe(0);
});

test('a listener that has left is not called, while another one of the job is', async () => {
  const target = await listening();
  const calls: string[] = [];
  const heard = signal();
  const leave = target.subscribe('job_a', () => calls.push('left'));
  target.subscribe('job_a', () => heard.resolve());
  leave();
  leave();
  scene.hints.publish('job_a');
  await heard.promise;
  expect(calls).toEqual([]);
});

test.each<[string, (job: Awaited<ReturnType<typeof runningJob>>) => Promise<unknown>]>([
  ['success', (job) => finish(scene, job, 'ingest-0', 'generate-0', 'book')],
  ['failure', async (job) => scene.steps.fail(await claimed(scene, job.ticket('ingest-0')), failure)],
  ['give-up', (job) => scene.steps.abandon(job.ticket('book'), failure)],
])(
  'the %s of a job tells dispatchers that there is room, and workers which job is over',
  async (_, settle) => {
    const job = await runningJob(scene, { photos: 1 });
    const target = await listening();
    const settled = signal<readonly string[] | undefined>();
    target.onSettled((jobIds) => settled.resolve(jobIds));
    await settle(job);
    expect(await settled.promise).toEqual([job.jobId]);
  },
);

test('a listener that has left hears of no settled job any more', async () => {
  const target = await listening();
  const calls: string[] = [];
  const heard = signal();
  const leave = target.onSettled(() => calls.push('left'));
  target.onSettled(() => heard.resolve());
  leave();
  scene.hints.publishSettled('job_a');
  await heard.promise;
  expect(calls).toEqual([]);
});

test('a step that does not settle its job says nothing about room', async () => {
  const job = await runningJob(scene, { photos: 1 });
  const target = await listening();
  const heard = signal();
  let settled = 0;
  target.onSettled(() => (settled += 1));
  await finish(scene, job, 'ingest-0');
  await scene.hints.flush();
  target.subscribe('job_last', () => heard.resolve());
  scene.hints.publish('job_last');
  await heard.promise;
  expect(settled).toBe(0);
});

test('many events of the same moment go out as one statement, each job once', async () => {
  const statements: unknown[] = [];
  const counting = {
    ...scene.database,
    executor: {
      ...scene.database.executor,
      execute: (query: unknown) => {
        statements.push(query);
        return Promise.resolve({ rows: [] });
      },
    },
  } as unknown as typeof scene.database;
  const hints = createEventHints(counting, silentLog);
  for (let index = 0; index < 500; index += 1) hints.publish(`job_${index % 5}`);
  await hints.flush();
  expect(statements).toHaveLength(1);
  for (let index = 0; index < 450; index += 1) hints.publish(`job_${index}`);
  await hints.flush();
  expect(statements).toHaveLength(4);
});

test('a thousand jobs at once are all named, in hints that PostgreSQL takes', async () => {
  const target = await listening();
  const waiting = Array.from({ length: 1_000 }, (_, index) => {
    const heard = signal();
    const jobId = `job_${String(index).padStart(26, '0')}`;
    target.subscribe(jobId, () => heard.resolve());
    scene.hints.publish(jobId);
    return heard.promise;
  });
  await Promise.all(waiting);
});

test('a thousand jobs that settle at once are all named too', async () => {
  const target = await listening();
  const missing = new Set(
    Array.from({ length: 1_000 }, (_, index) => `job_${String(index).padStart(26, '0')}`),
  );
  const all = signal();
  target.onSettled((jobIds = []) => {
    for (const jobId of jobIds) missing.delete(jobId);
    if (missing.size === 0) all.resolve();
  });
  for (const jobId of missing) scene.hints.publishSettled(jobId);
  await all.promise;
});

test('a listener whose connection was cut still looks by itself, and listens again', async () => {
  const target = await listening(200);
  const [before] = await listenerPids();
  await scene.sql('select pg_terminate_backend($1)', [before]);
  const polled = signal();
  target.subscribe('job_a', () => polled.resolve());
  const room = signal();
  target.onSettled(() => room.resolve());
  await Promise.all([polled.promise, room.promise]);
  await eventually(async () => {
    const [after] = await listenerPids();
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });
});

test('where nothing listens at the address, listeners look by themselves, and closing ends it', async () => {
  const target = listenForEventHints({ url: 'postgres://127.0.0.1:1/none', log: silentLog, pollMs: 20 });
  const polled = signal();
  target.subscribe('job_a', () => polled.resolve());
  await polled.promise;
  await target.close();
});

test('a hint that cannot be sent is dropped, and the next one is sent', async () => {
  let refuse = true;
  const flaky = {
    ...scene.database,
    executor: {
      execute: () => {
        const result = refuse ? Promise.reject(new Error('down')) : Promise.resolve({ rows: [] });
        refuse = false;
        sent += 1;
        return result;
      },
    },
  } as unknown as typeof scene.database;
  let sent = 0;
  const hints = createEventHints(flaky, silentLog);
  hints.publish('job_a');
  await hints.flush();
  hints.publish('job_a');
  await hints.flush();
  expect(sent).toBe(2);
});

test('twenty writers at once leave a sequence without a gap, and a reader that saw n has seen all below', async () => {
  const job = await runningJob(scene);
  const { executor } = scene.database;
  const [start] = await scene.sql<{ last: number }>(`select last_event_sequence as last from jobs`);
  const first = (start?.last ?? 0) + 1;
  let writing = true;
  const reader = (async () => {
    while (writing) {
      const seen = (await listJobEvents(executor, job.jobId, 0, 10_000)).map((event) => event.sequence);
      expect(seen).toEqual(seen.map((_, index) => index + 1));
    }
  })();
  const given = await Promise.all(
    Array.from({ length: 20 }, async (_, writer) => {
      const numbers: number[] = [];
      for (let index = 0; index < 10; index += 1)
        numbers.push(
          await scene.database.transaction(async (tx) => {
            const sequence = await appendJobEvent(tx, job.jobId, 'step.progress', { writer, index });
            if (index === 9) await tx.execute('select 1');
            return sequence;
          }),
        );
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      return numbers;
    }),
  );
  writing = false;
  await reader;
  expect(given.flat().sort((a, b) => a - b)).toEqual(
    Array.from({ length: 200 }, (_, index) => first + index),
  );
  const listed = await listJobEvents(executor, job.jobId, first + 4, 3);
  expect(listed.map((event) => event.sequence)).toEqual([first + 5, first + 6, first + 7]);
  expect(await listJobEvents(executor, job.jobId, first + 199, 3)).toEqual([]);
});

test('a transaction that is rolled back leaves no hole', async () => {
  const job = await runningJob(scene);
  const lost = scene.database.transaction(async (tx) => {
    await appendJobEvent(tx, job.jobId, 'step.progress', {});
    throw new Error('no');
  });
  await expect(lost).rejects.toThrow('no');
  const before = (await listJobEvents(scene.database.executor, job.jobId, 0, 100)).length;
  expect(await appendJobEvent(scene.database.executor, job.jobId, 'step.progress', {})).toBe(before + 1);
});
