import { createHash } from 'node:crypto';
import { type LearningPlan, taskNumbers, tasksOf } from '../plan.ts';
import { addDays, daysBetween } from '../schedule/calendar.ts';
import { clock } from './plan-markdown.ts';

/** Days of a week that sittings are spread over, from its first day on. */
const learningDays = 5;

/**
 * The plan as iCalendar (RFC 5545): a whole day's event for each sitting, spread over the first days of its week. An event's id
 * follows from topic, start and task, so that a calendar knows it again. The same plan gives the same bytes.
 */
export function planCalendar(plan: LearningPlan): string {
  const planId = createHash('sha256')
    .update(JSON.stringify([plan.topic, plan.start]))
    .digest('hex')
    .slice(0, 16);
  const numbers = taskNumbers(plan);
  const tasks = new Map(tasksOf(plan).map((task) => [task.id, task]));
  const stamp = `${compact(plan.start)}T000000Z`;
  const events = plan.weeks.flatMap(({ from, to, entries }) => {
    const days = Math.min(learningDays, daysBetween(from, to) + 1);
    return entries.flatMap(({ taskId, minutes, part, parts }, index) => {
      const day = addDays(from, Math.min(days - 1, Math.floor((index * days) / entries.length)));
      const task = tasks.get(taskId);
      const piece = parts === 1 ? '' : ` (part ${part} of ${parts})`;
      return [
        'BEGIN:VEVENT',
        `UID:${planId}-${taskId}-${part}@pressroom`,
        `DTSTAMP:${stamp}`,
        `DTSTART;VALUE=DATE:${compact(day)}`,
        `DTEND;VALUE=DATE:${compact(addDays(day, 1))}`,
        `SUMMARY:${escaped(`${numbers.get(taskId)} ${task?.title ?? taskId}${piece}, ${clock(minutes)}`)}`,
        `DESCRIPTION:${escaped(task?.description ?? '')}`,
        'TRANSP:TRANSPARENT',
        'END:VEVENT',
      ];
    });
  });
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Pressroom//Learning plan//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escaped(plan.topic)}`,
    ...events,
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
