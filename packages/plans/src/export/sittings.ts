import { createHash } from 'node:crypto';
import { type LearningPlan, type PlanWeek, type RetiredSitting, tasksOf } from '../plan.ts';
import { addDays, daysBetween } from '../schedule/calendar.ts';

/** Days of a week that sittings are spread over, from its first day on. */
const learningDays = 5;
/** The oldest are forgotten above it: a calendar that was last brought up to date so long ago keeps them. */
const mostRetired = 2_000;

export interface Sitting {
  readonly taskId: string;
  readonly part: number;
  readonly parts: number;
  readonly minutes: number;
  readonly day: string;
}

/** Each sitting with a day of its own week. */
export function sittingsOf(weeks: readonly PlanWeek[]): Sitting[] {
  return weeks.flatMap(({ from, to, entries }) => {
    const days = Math.min(learningDays, daysBetween(from, to) + 1);
    return entries.map((entry, index) => ({
      ...entry,
      day: addDays(from, Math.min(days - 1, Math.floor((index * days) / entries.length))),
    }));
  });
}

/** What all events of a plan, and of its later versions, are called by: of everything that the first version was asked for. */
export function calendarIdOf({
  topic,
  skillLevel,
  learningStyle,
  weeklyMinutes,
  start,
  deadline,
  notes,
  language,
  documents,
}: Pick<
  LearningPlan,
  | 'topic'
  | 'skillLevel'
  | 'learningStyle'
  | 'weeklyMinutes'
  | 'start'
  | 'deadline'
  | 'notes'
  | 'language'
  | 'documents'
>): string {
  const asked = [topic, skillLevel, learningStyle, weeklyMinutes, start, deadline, notes, language];
  const sources = documents.map(({ title, url }) => [title, url]);
  return createHash('sha256')
    .update(JSON.stringify([asked, sources]))
    .digest('hex')
    .slice(0, 16);
}

/** Sittings of the version before, or retired by it, that are not among those of these weeks: so nothing of any version is forgotten. */
export function retiredSittings(before: LearningPlan, weeks: readonly PlanWeek[]): RetiredSitting[] {
  const titles = new Map(tasksOf(before).map(({ id, title }) => [id, title]));
  const planned = new Set(sittingsOf(weeks).map(keyOf));
  const own = sittingsOf(before.weeks).map(({ taskId, part, day }) => ({
    taskId,
    part,
    day,
    title: titles.get(taskId) ?? taskId,
  }));
  return [...before.retired, ...own].filter((sitting) => !planned.has(keyOf(sitting))).slice(-mostRetired);
}

function keyOf({ taskId, part }: Pick<Sitting, 'taskId' | 'part'>): string {
  return `${taskId}-${part}`;
}
