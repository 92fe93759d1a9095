import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { eventually, fakeClock, sequentialIds, signal, waitFor, withDeadline } from '../src/index.ts';

test('a signal settles once', async () => {
  const sign = signal<number>();
  expect(sign.settled).toBe(false);
  sign.resolve(1);
  sign.resolve(2);
  expect(await sign.promise).toBe(1);
  expect(sign.settled).toBe(true);
});

test('a rejected signal that nobody awaits does no harm', () => {
  signal().reject(new Error('nobody cares'));
});

test('a deadline names what was waited for and lets results and errors through', async () => {
  await expect(withDeadline(new Promise(() => {}), 20, 'the end of time')).rejects.toMatchObject({
    name: 'DeadlineExceeded',
    message: 'Waited 20 ms for the end of time in vain',
  });
  await expect(withDeadline(Promise.resolve('done'), 1_000, 'a result')).resolves.toBe('done');
  await expect(withDeadline(Promise.reject(new Error('own error')), 1_000, 'a result')).rejects.toThrow(
    'own error',
  );
});

test('waits for the event that fits and takes its listener away', async () => {
  const emitter = new EventEmitter();
  const heard = waitFor<[string, number]>(emitter, 'done', { where: (_name, count) => count > 1 });
  emitter.emit('done', 'a', 1);
  emitter.emit('done', 'b', 2);
  expect(await heard).toEqual(['b', 2]);
  await expect(waitFor(emitter, 'never', { deadlineMs: 20 })).rejects.toThrow("the event 'never'");
  expect(emitter.eventNames()).toEqual([]);
});

test('asks until the answer is neither an error nor false', async () => {
  const answers = [
    () => false as const,
    () => {
      throw new Error('not yet');
    },
    () => 0,
  ];
  expect(await eventually(() => answers.shift()?.() ?? 'too late')).toBe(0);
  const failing = eventually(
    () => {
      throw new Error('still not');
    },
    { deadlineMs: 50, what: 'the row' },
  );
  await expect(failing).rejects.toThrow('Waited 50 ms for the row in vain. Last: still not');
});

test('a fake clock stands still until told', () => {
  const clock = fakeClock();
  expect(clock.now()).toEqual(new Date('2026-01-01T00:00:00.000Z'));
  clock.advance(1_500);
  expect(clock.now().toISOString()).toBe('2026-01-01T00:00:01.500Z');
  clock.set('2030-06-01T00:00:00.000Z');
  expect(clock.now().getUTCFullYear()).toBe(2030);
});

test('sequential ids count for each prefix and sort as they were made', () => {
  const ids = sequentialIds();
  const made = Array.from({ length: 12 }, () => ids.next('job'));
  expect(made[0]).toBe('job_00000000000000000000000001');
  expect([...made].sort()).toEqual(made);
  expect(ids.next('step')).toBe('step_00000000000000000000000001');
});
