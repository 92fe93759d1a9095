import type { LearningPlan } from '@pressroom/plans';

/** How the plan was made, in a sentence or two: on the cover and at the end. */
export function planNote({ method, makers }: Pick<LearningPlan, 'method' | 'makers'>): string {
  const named = makers.map(({ provider, model }) => `${provider} (${model})`).join(', ');
  switch (method) {
    case 'outline':
      return `Made without artificial intelligence, along the outline and the key terms of the sources. Provider: ${named}.`;
    case 'scaffold':
      return `Made without artificial intelligence and without sources: a scaffold, with the steps that help with any topic. Provider: ${named}.`;
    case 'generated':
      return `Written by artificial intelligence: ${named}. Its quotations were compared with the sources, its dates were worked out by rule.`;
  }
}

/** What somebody who follows the plan should know about it. */
export function planMethod(plan: LearningPlan, gaps: number): string[] {
  const ways: Readonly<Record<LearningPlan['method'], string>> = {
    outline:
      'Modules and tasks follow the headings of the sources. The minutes are the words of each section at a reading speed for the level, and the time for exercises by the style. Key terms are those that are frequent in a part and rare in the rest; each task cites the sentence that is most central to its section (LexRank).',
    scaffold:
      'The shares of time are those of a usual course: a sixth for finding one’s bearings, two fifths for the foundations, a quarter for practice, and the rest for a piece of work and looking back. Give documents about the topic, and the plan follows them.',
    generated:
      'A model wrote modules, tasks and minutes. A citation whose words are not in its passage is sent back once and then not used.',
  };
  const { citations } = plan.dropped;
  return [
    planNote(plan),
    ways[plan.method],
    `The weeks were worked out by rule: no week has more than its minutes, and no task begins before those that it needs have ended.${citations === 0 ? '' : ` ${citations === 1 ? '1 citation was' : `${citations} citations were`} not used, because the cited words are not in the sources.`}`,
    ...(gaps === 0 ? [] : [gapsNote(gaps)]),
    'The plan is also there as JSON, as Markdown and as a calendar, from the same address as this workbook. Set in Noto Serif and Noto Sans by Pressroom.',
  ];
}

export function gapsNote(gaps: number): string {
  const places = gaps === 1 ? 'one place' : `${gaps} places`;
  return `In ${places} the plan has letters that the fonts do not have; […] stands for them. The JSON has them.`;
}
