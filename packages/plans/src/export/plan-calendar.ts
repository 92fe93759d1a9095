import { type LearningPlan, taskNumbers, tasksOf } from '../plan.ts';
import { addDays } from '../schedule/calendar.ts';
import { clock } from './clock.ts';
import { calendarIdOf, sittingsOf } from './sittings.ts';

/**
 * The plan as iCalendar (RFC 5545): a whole day's event for each sitting, spread over the first days of its week. An event's id
 * follows from plan and task, and its sequence from the plan's version: whoever imports a later version has the same events, moved. Sittings
 * that a later version has no more are called off in it. The same plan gives the same bytes.
 */
export function planCalendar(plan: LearningPlan): string {
  const planId = plan.calendarId ?? calendarIdOf(plan);
  const numbers = taskNumbers(plan);
  const tasks = new Map(tasksOf(plan).map((task) => [task.id, task]));
  const event = (
    sitting: { taskId: string; part: number; day: string },
    lines: readonly string[],
  ): string[] => [
    'BEGIN:VEVENT',
    `UID:${planId}-${sitting.taskId}-${sitting.part}@pressroom`,
    `SEQUENCE:${plan.planVersion - 1}`,
    `DTSTAMP:${compact(plan.start)}T000000Z`,
    `DTSTART;VALUE=DATE:${compact(sitting.day)}`,
    `DTEND;VALUE=DATE:${compact(addDays(sitting.day, 1))}`,
    ...lines,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
  const events = sittingsOf(plan.weeks).flatMap((sitting) => {
    const { taskId, minutes, part, parts } = sitting;
    const task = tasks.get(taskId);
    const piece = parts === 1 ? '' : ` (part ${part} of ${parts})`;
    return event(sitting, [
      `SUMMARY:${escaped(`${numbers.get(taskId)} ${task?.title ?? taskId}${piece}, ${clock(minutes)}`)}`,
      `DESCRIPTION:${escaped(task?.description ?? '')}`,
    ]);
  });
  const calledOff = plan.retired.flatMap((sitting) =>
    event(sitting, [`SUMMARY:${escaped(sitting.title)}`, 'STATUS:CANCELLED']),
  );
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Pressroom//Learning plan//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escaped(plan.topic)}`,
    ...events,
    ...calledOff,
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
}

function compact(date: string): string {
  return date.replaceAll('-', '');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r?\n/g, '\\n');
}

/** No line has more than 75 octets; what goes on begins with a space. Never within a character. */
function folded(line: string): string {
  const lines: string[] = [];
  let open = '';
  let octets = 0;
  for (const character of line) {
    const own = Buffer.byteLength(character);
    if (octets + own > 75) {
      lines.push(open);
      open = ' ';
      octets = 1;
    }
    open += character;
    octets += own;
  }
  return [...lines, open].join('\r\n');
}
