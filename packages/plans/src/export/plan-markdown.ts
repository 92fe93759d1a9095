import { type LearningPlan, type Resource, taskNumbers, tasksOf } from '../plan.ts';
import { describeDiff } from '../versions/describe-diff.ts';
import { diffPlans } from '../versions/diff-plans.ts';
import { clock } from './clock.ts';

/**
 * The plan for people who keep their notes as text: overview, week by week with check boxes, tasks, sources. CommonMark and task lists. Of a later version also what
 * has changed since the one that it was made from.
 */
export function planMarkdown(plan: LearningPlan, base?: LearningPlan): string {
  const numbers = taskNumbers(plan);
  const tasks = new Map(tasksOf(plan).map((task) => [task.id, task]));
  const lines = [
    `# ${escaped(plan.topic)}`,
    '',
    `${capital(plan.skillLevel)} · ${clock(plan.weeklyMinutes)} a week · from ${plan.start}${plan.deadline === undefined ? '' : ` to ${plan.deadline}`}`,
    '',
    ...plan.remarks.flatMap((remark) => [`> ${escaped(remark)}`, '']),
    ...(base === undefined ? [] : changes(base, plan)),
    '## Outcomes',
    '',
    ...plan.outcomes.map((outcome) => `- ${escaped(outcome)}`),
    '',
    '## Week by week',
    '',
    ...plan.weeks.flatMap(({ number, from, to, entries }) => [
      `### Week ${number}: ${from} to ${to}`,
      '',
      ...entries.map(({ taskId, minutes, part, parts }) => {
        const title = tasks.get(taskId)?.title ?? taskId;
        const piece = parts === 1 ? '' : ` (part ${part} of ${parts})`;
        return `- [ ] ${numbers.get(taskId)} ${escaped(title)}${piece}, ${clock(minutes)}`;
      }),
      '',
    ]),
    '## Modules',
    '',
    ...plan.modules.flatMap((module, index) => [
      `### ${index + 1}. ${escaped(module.title)}`,
      '',
      ...module.outcomes.map((outcome) => `- ${escaped(outcome)}`),
      ...(module.outcomes.length === 0 ? [] : ['']),
      ...module.tasks.flatMap((task) => [
        `#### ${numbers.get(task.id)} ${escaped(task.title)}`,
        '',
        `${clock(task.minutes)}${task.after.length === 0 ? '' : `, after ${task.after.map((id) => numbers.get(id)).join(', ')}`}`,
        '',
        escaped(task.description),
        '',
        ...task.citations.flatMap(({ document, page, quote }) => [
          `> ${escaped(quote)} [${document + 1}${page === undefined ? '' : `, page ${page}`}]`,
          '',
        ]),
        ...task.resources.map((resource) => `- ${resourceLine(resource)}`),
        ...(task.resources.length === 0 ? [] : ['']),
      ]),
    ]),
    ...(plan.documents.length === 0
      ? []
      : [
          '## Sources',
          '',
          ...plan.documents.map(
            ({ index, title, url, leftOut }) =>
              `${index + 1}. ${escaped(title)}${url === undefined ? '' : ` <${url}>`}${leftOut === undefined ? '' : ` (left out: ${leftOut})`}`,
          ),
          '',
        ]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function changes(base: LearningPlan, plan: LearningPlan): string[] {
  return [
    `## What changed since version ${base.planVersion}`,
    '',
    ...describeDiff(diffPlans(base, plan)).flatMap(({ title, lines }) => [
      `**${title}**`,
      '',
      ...lines.map((line) => `- ${escaped(line)}`),
      '',
    ]),
  ];
}

function resourceLine({ title, url, document, page, explanation, isQuotation }: Resource): string {
  const place =
    document === undefined ? '' : ` [${document + 1}${page === undefined ? '' : `, page ${page}`}]`;
  const name = url === undefined ? escaped(title) : `[${escaped(title)}](<${url}>)`;
  return `${name}${place}: ${isQuotation ? `“${escaped(explanation)}”` : escaped(explanation)}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** As text, whatever signs of Markdown it has. */
function escaped(text: string): string {
  return text
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replaceAll(/[\\`*_[\]<>#|~]/g, '\\$&')
    .replace(/^(\d+)([.)])(?=\s)/, '$1\\$2')
    .replace(/^([-+])(?=\s)/, '\\$1');
}
