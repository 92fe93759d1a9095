import type { PlanDiff } from '@pressroom/domain';
import { clock } from '../export/clock.ts';
import { isEmptyDiff } from './diff-plans.ts';

export interface DescribedChanges {
  readonly title: string;
  readonly lines: readonly string[];
}

const names: Readonly<Record<string, string>> = {
  topic: 'Topic',
  skillLevel: 'Level',
  learningStyle: 'Style',
  weeklyMinutes: 'Time a week',
  start: 'Start',
  deadline: 'Deadline',
  notes: 'Notes',
  language: 'Language',
};

/** Of a subject, and of notes. */
const mostLines = 40;
const mostCharacters = 240;

/** The diff in words, by subject; subjects without a change are left out. */
export function describeDiff(diff: PlanDiff): readonly DescribedChanges[] {
  const { settings, documents, outcomes, modules, tasks, resources, counts } = diff;
  if (isEmptyDiff(diff))
    return [{ title: 'Nothing', lines: ['This version says the same as the one before.'] }];
  const kept = `${counts.kept} of ${counts.before} tasks stay, in ${clock(counts.minutesAfter)} instead of ${clock(counts.minutesBefore)}.`;
  const groups: DescribedChanges[] = [
    {
      title: 'Settings',
      lines: settings.map(
        ({ field, from, to }) => `${names[field] ?? field}: ${overridden(field, from, to)}`,
      ),
    },
    {
      title: 'Sources and outcomes',
      lines: [...pair(documents, (name) => name), ...pair(outcomes, (name) => name)],
    },
    { title: 'Modules', lines: pair(modules, (name) => name) },
    {
      title: 'Tasks',
      lines: [
        ...pair(
          tasks,
          ({ title, module, minutes, weeks }) => `${title} (${module}, ${clock(minutes)}, ${inWeeks(weeks)})`,
        ),
        ...tasks.changed.map(
          ({ title, minutes, description }) =>
            `Changed: ${title} (${[
              ...(minutes === null ? [] : [`${clock(minutes.to)} instead of ${clock(minutes.from)}`]),
              ...(description === null ? [] : ['described anew']),
            ].join(', ')})`,
        ),
        ...tasks.moved.map(
          ({ title, from, to }) =>
            `Moved: ${title} (${[
              ...(from.module === to.module ? [] : [`to ${to.module} from ${from.module}`]),
              ...(from.weeks.join() === to.weeks.join()
                ? []
                : [`to ${inWeeks(to.weeks)} from ${inWeeks(from.weeks)}`]),
            ].join(', ')})`,
        ),
      ],
    },
    { title: 'Resources', lines: pair(resources, ({ title, task }) => `${title} (for ${task})`) },
  ];
  return [
    { title: 'Altogether', lines: [kept] },
    ...groups
      .filter(({ lines }) => lines.length > 0)
      .map(({ title, lines }) => ({ title, lines: limited(lines) })),
  ];
}

function pair<Item>(
  { added, removed }: { readonly added: readonly Item[]; readonly removed: readonly Item[] },
  words: (item: Item) => string,
): string[] {
  return [...added.map((item) => `New: ${words(item)}`), ...removed.map((item) => `Gone: ${words(item)}`)];
}

function overridden(field: string, from: string | null, to: string | null): string {
  if (from === null) return `${shown(field, to ?? '')} (there was none)`;
  return to === null
    ? `none any more (was ${shown(field, from)})`
    : `${shown(field, to)} (was ${shown(field, from)})`;
}

function shown(field: string, value: string): string {
  if (field === 'weeklyMinutes') return clock(Number(value));
  return value.length <= mostCharacters ? value : `${value.slice(0, mostCharacters - 1).trimEnd()}…`;
}

/** Everything stands in the diff itself; these are words for people. */
function limited(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines - 1), `And ${lines.length - mostLines + 1} more.`];
}

function inWeeks(weeks: readonly number[]): string {
  const [first, last] = [weeks[0], weeks.at(-1)];
  if (first === undefined || last === undefined) return 'no week';
  return first === last ? `week ${first}` : `weeks ${first} to ${last}`;
}
