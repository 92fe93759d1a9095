/** The plan as other programs take it. */
import { expect, test } from '@jest/globals';
import ICAL from 'ical.js';
import { clock, planCalendar, planMarkdown, tasksOf } from '../src/index.ts';
import { draftOf, planOf } from './sample-plan.ts';

const plan = planOf(draftOf());
const sittings = plan.weeks.flatMap(({ entries }) => entries);

interface ReadEvent {
  readonly uid: string;
  readonly summary: string;
  readonly description: string;
  readonly start: string;
}

function read(calendar: string): ReadEvent[] {
  const component = new ICAL.Component(ICAL.parse(calendar) as unknown[]);
  return component.getAllSubcomponents('vevent').map((each) => {
    const event = new ICAL.Event(each);
    const { uid, summary, description, startDate } = event;
    return { uid, summary, description, start: startDate.toString() };
  });
}

test('the calendar is read by another program: a day for each sitting, within its week', () => {
  const events = read(planCalendar(plan));
  expect(events).toHaveLength(sittings.length);
  expect(new Set(events.map(({ uid }) => uid)).size).toBe(events.length);
  let at = 0;
  for (const { from, to, entries } of plan.weeks) {
    for (const { taskId } of entries) {
      const event = events[at];
      const task = tasksOf(plan).find(({ id }) => id === taskId);
      expect(event?.summary).toContain(task?.title);
      expect(event?.description).toBe(task?.description);
      expect(event && event.start >= from && event.start <= to).toBe(true);
      at += 1;
    }
  }
  expect(planCalendar(plan)).toBe(planCalendar(structuredClone(plan)));
});

test('lines of the calendar are never longer than 75 octets, whatever letters they have', () => {
  const draft = draftOf();
  const [module] = draft.modules;
  const [task] = module?.tasks ?? [];
  if (module === undefined || task === undefined) throw new Error('no task');
  const title = 'Ωμέγα; и, \\ 𝄞'.repeat(12).slice(0, 190);
  const strange = planOf({
    ...draft,
    modules: [
      { ...module, tasks: [{ ...task, title, description: 'One line\nand another, with; signs\\' }] },
    ],
  });
  const calendar = planCalendar(strange);
  for (const line of calendar.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const [event] = read(calendar);
  expect(event?.summary).toContain(title);
  expect(event?.description).toBe('One line\nand another, with; signs\\');
});

test('the Markdown has a box for each sitting, and names what it does not mean as Markdown', () => {
  const markdown = planMarkdown(plan);
  expect(markdown.match(/^- \[ \] /gm)).toHaveLength(sittings.length);
  expect(markdown).toContain('### Week 1: 2026-03-02 to 2026-03-08');
  expect(markdown).toContain('1. Lecture notes');
  const odd = planMarkdown(planOf(draftOf(), { topic: '*Stars* and <b>tags</b> # [x](javascript:y)' }));
  expect(odd.split('\n')[0]).toBe('# \\*Stars\\* and \\<b\\>tags\\</b\\> \\# \\[x\\](javascript:y)');
});

test('minutes are said as people say them', () => {
  expect([10, 60, 95, 600].map(clock)).toEqual(['10 min', '1 h', '1 h 35 min', '10 h']);
});
