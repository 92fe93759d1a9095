/** What the scheduler promises for any tasks and any weeks. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  availableMinutes,
  calendarWeeks,
  daysBetween,
  fitTasks,
  leastSitting,
  mostWeeks,
  orderTasks,
  type PlanWeek,
  type SchedulableTask,
  scheduleTasks,
} from '../src/index.ts';

/** Tasks that may need any of those before them, in an order that need not be a right one. */
const tasksArbitrary = fc
  .array(
    fc.record({ minutes: fc.integer({ min: 10, max: 700 }), needs: fc.array(fc.nat(40), { maxLength: 4 }) }),
    {
      minLength: 1,
      maxLength: 25,
    },
  )
  .chain((given) => {
    const tasks = given.map(({ minutes, needs }, index): SchedulableTask => {
      const earlier = index === 0 ? [] : needs.map((need) => `t${need % index}`);
      return { id: `t${index}`, minutes, after: [...new Set(earlier)] };
    });
    return fc.shuffledSubarray(tasks, { minLength: tasks.length });
  });
const frameArbitrary = fc.record({
  weeklyMinutes: fc.integer({ min: leastSitting, max: 3_600 }),
  start: fc.integer({ min: 0, max: 3_000 }).map((days) => addDays('2024-01-01', days)),
  days: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
});

function sittingsOf(weeks: readonly PlanWeek[]) {
  return weeks.flatMap(({ number, entries }) => entries.map((entry) => ({ ...entry, week: number })));
}

describe('tasks on weeks', () => {
  test('no week has more than its minutes, every minute is planned, and what is needed ends before', () => {
    fc.assert(
      fc.property(tasksArbitrary, frameArbitrary, (tasks, { weeklyMinutes, start, days }) => {
        const weeks = calendarWeeks(
          start,
          days === undefined ? undefined : addDays(start, days),
          weeklyMinutes,
        );
        const planned = scheduleTasks(tasks, weeks);
        if (planned === undefined) {
          // Only sittings that are too short may be left free, one at the end of each week.
          const needed = tasks.reduce((sum, { minutes }) => sum + minutes, 0);
          const usable = weeks.reduce((sum, { minutes }) => sum + Math.max(0, minutes - leastSitting), 0);
          expect(needed).toBeGreaterThan(usable);
          return;
        }
        const room = new Map(weeks.map((week) => [week.number, week.minutes]));
        for (const { number, entries } of planned) {
          const sum = entries.reduce((total, { minutes }) => total + minutes, 0);
          expect(sum).toBeLessThanOrEqual(room.get(number) ?? 0);
        }
        const sittings = sittingsOf(planned);
        for (const { id, minutes, after } of tasks) {
          const own = sittings.filter(({ taskId }) => taskId === id);
          expect(own.reduce((sum, sitting) => sum + sitting.minutes, 0)).toBe(minutes);
          expect(own.map(({ part }) => part)).toEqual(own.map((_, index) => index + 1));
          for (const { parts } of own) expect(parts).toBe(own.length);
          for (const need of after) {
            const last = sittings.findLastIndex(({ taskId }) => taskId === need);
            expect(last).toBeLessThan(sittings.findIndex(({ taskId }) => taskId === id));
          }
        }
      }),
    );
  });

  test('the same tasks give the same weeks, and tasks keep their order where nothing is needed', () => {
    fc.assert(
      fc.property(tasksArbitrary, frameArbitrary, (tasks, frame) => {
        const weeks = calendarWeeks(frame.start, undefined, frame.weeklyMinutes);
        expect(scheduleTasks(tasks, weeks)).toEqual(scheduleTasks(structuredClone(tasks), weeks));
        const free = tasks.map((task) => ({ ...task, after: [] }));
        expect(orderTasks(free)).toEqual(free);
      }),
    );
  });

  test('tasks that need each other come all the same, once', () => {
    const circle = [
      { id: 'a', minutes: 30, after: ['c'] },
      { id: 'b', minutes: 30, after: ['a'] },
      { id: 'c', minutes: 30, after: ['b'] },
      { id: 'd', minutes: 30, after: ['nobody'] },
    ];
    expect(orderTasks(circle).map(({ id }) => id)).toEqual(['d', 'a', 'b', 'c']);
  });

  test('a long task goes on in the next week, and nobody sits down for a quarter of an hour', () => {
    const weeks = calendarWeeks('2026-03-02', undefined, 100);
    const tasks = [
      { id: 'a', minutes: 80, after: [] },
      { id: 'b', minutes: 150, after: [] },
    ];
    expect(scheduleTasks(tasks, weeks)?.map(({ entries }) => entries)).toEqual([
      [{ taskId: 'a', minutes: 80, part: 1, parts: 1 }],
      [{ taskId: 'b', minutes: 100, part: 1, parts: 2 }],
      [{ taskId: 'b', minutes: 50, part: 2, parts: 2 }],
    ]);
  });
});

describe('weeks of the calendar', () => {
  test('begin at the start, and the deadline cuts the last one short', () => {
    expect(calendarWeeks('2026-12-28', '2027-01-06', 140)).toEqual([
      { number: 1, from: '2026-12-28', to: '2027-01-03', minutes: 140 },
      { number: 2, from: '2027-01-04', to: '2027-01-06', minutes: 60 },
    ]);
    expect(availableMinutes({ start: '2026-12-28', deadline: '2027-01-06', weeklyMinutes: 140 })).toBe(200);
    expect(calendarWeeks('2026-01-01', undefined, 60)).toHaveLength(mostWeeks);
    expect(calendarWeeks('2026-01-02', '2026-01-01', 60)).toEqual([]);
  });

  test('days add up over months, leap days and changes of the clocks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 2_000 }), (from, days) => {
        const start = addDays('2000-01-01', from);
        expect(daysBetween(start, addDays(start, days))).toBe(days);
      }),
    );
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  });
});

describe('fitting tasks to a deadline', () => {
  const tasks = Array.from({ length: 10 }, (_, index) => ({ id: `t${index}`, minutes: 100, after: [] }));

  test('leaves them as they are when there is time', () => {
    const fit = fitTasks(tasks, { start: '2026-03-02', deadline: '2026-05-31', weeklyMinutes: 120 });
    expect(fit).toMatchObject({ kind: 'fits', share: 1 });
  });

  test('cuts all alike, by no more than is needed, and says by how much', () => {
    const fit = fitTasks(tasks, { start: '2026-03-02', deadline: '2026-03-29', weeklyMinutes: 200 });
    if (fit.kind !== 'fits') throw new Error(fit.kind);
    expect(fit.share).toBeLessThan(0.85);
    expect(fit.share).toBeGreaterThanOrEqual(0.5);
    expect(new Set(fit.minutes.values()).size).toBe(1);
    expect(fit.weeks.at(-1)?.to).toBe('2026-03-29');
  });

  test('refuses what half the time would not do, with both figures', () => {
    const fit = fitTasks(tasks, { start: '2026-03-02', deadline: '2026-03-08', weeklyMinutes: 200 });
    expect(fit).toEqual({ kind: 'too-large', needed: 500, available: 200 });
    expect(() => fitTasks(tasks, { start: '2026-03-02', weeklyMinutes: 10 })).toThrow(RangeError);
  });
});
