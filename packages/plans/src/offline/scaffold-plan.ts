import type { SkillLevel } from '@pressroom/domain';
import type { DraftMaterial, PlanDraft } from '../plan-draft.ts';

interface ScaffoldTask {
  readonly title: string;
  readonly description: string;
  /** Of all minutes of the plan. */
  readonly share: number;
}
interface ScaffoldModule {
  readonly title: string;
  readonly outcomes: readonly string[];
  readonly tasks: readonly ScaffoldTask[];
}

/** Weeks that a plan without a deadline is made for. */
const usualWeeks: Readonly<Record<SkillLevel, number>> = { beginner: 8, intermediate: 6, advanced: 4 };
const mostWeeks = 16;

/**
 * What can honestly be said about any topic without a model and without sources: how one goes about learning it. The same steps for
 * every topic, in time that fits; what the topic itself consists of is for the learner to find out, and the tasks say how.
 */
export function scaffoldPlan(material: DraftMaterial): PlanDraft {
  const { topic, skillLevel, weeklyMinutes } = material;
  const usual = weeklyMinutes * usualWeeks[skillLevel];
  const total = Math.min(material.availableMinutes ?? usual, weeklyMinutes * mostWeeks);
  let number = 0;
  return {
    outcomes: [
      `Say in your own words what ${topic} is about and what it is used for`,
      `Do the usual exercises of ${topic} without looking them up`,
      `Finish one small piece of work of your own with ${topic}`,
    ],
    modules: modulesOf(topic, skillLevel).map(({ title, outcomes, tasks }) => ({
      title,
      outcomes: [...outcomes],
      tasks: tasks.map(({ title: name, description, share }) => {
        const after = number === 0 ? [] : [number - 1];
        number += 1;
        return {
          title: name,
          description,
          minutes: Math.min(1_200, Math.max(10, Math.floor((total * share) / 500) * 5)),
          after,
          citations: [],
        };
      }),
    })),
  };
}

function modulesOf(topic: string, level: SkillLevel): readonly ScaffoldModule[] {
  const start: Readonly<Record<SkillLevel, string>> = {
    beginner: 'You need nothing but curiosity for this.',
    intermediate: 'Mark what you know already; only the rest needs your time.',
    advanced: 'Write down where your knowledge ends: that is where this plan begins.',
  };
  return [
    {
      title: 'Find your bearings',
      outcomes: [`Name the main parts of ${topic}`, 'Say what you want to be able to do'],
      tasks: [
        {
          title: 'Draw a map of the subject',
          description: `Read two different introductions to ${topic} and write its main parts on one page, with an arrow from each part to those that need it. ${start[level]} Done when you can explain the page to somebody in five minutes.`,
          share: 8,
        },
        {
          title: 'Choose one main source',
          description: `Look at three courses or books on ${topic}. Read the contents and one page from the middle of each. Keep the one whose middle page you nearly understand. Done when you have written down which chapters you will use.`,
          share: 6,
        },
        {
          title: 'Set your goal',
          description: `Write one sentence: “At the end I will be able to …”. It names something that others can see. Done when the sentence stands on the first page of your notes.`,
          share: 2,
        },
      ],
    },
    {
      title: 'Foundations',
      outcomes: [`Use the basic words of ${topic} correctly`, 'Do the basic exercises without help'],
      tasks: [
        {
          title: 'First half of the foundations',
          description: `Work through the first part of your main source. After each section close the book and write three sentences about it from memory. Done when each section has its three sentences.`,
          share: 16,
        },
        {
          title: 'Second half of the foundations',
          description: `Go on in the same way. Begin each sitting with the sentences of the last one. Done when the foundations of your map are ticked.`,
          share: 16,
        },
        {
          title: 'Check the foundations',
          description: `Write ten questions on cards, the answers on the back. Answer them two days later. Done when eight of ten are right.`,
          share: 6,
        },
      ],
    },
    {
      title: 'Practice',
      outcomes: [`Recognise which part of ${topic} a problem needs`],
      tasks: [
        {
          title: 'Solved examples',
          description: `Take five solved examples from your source. Cover the solution, try it, and compare. Note for each what you missed. Done when you can do all five without the solution.`,
          share: 12,
        },
        {
          title: 'Exercises of your own',
          description: `Do exercises that have no solution beside them, easy ones first. Stop at each for 15 minutes at most before you look for help. Done when three in a row succeed.`,
          share: 14,
        },
      ],
    },
    {
      title: 'A piece of work of your own',
      outcomes: ['Show something that you made'],
      tasks: [
        {
          title: 'Plan it small',
          description: `Choose something with ${topic} that you could finish in half the time that is left. Write down what it must do, and what it need not. Done when the list of what it need not do is the longer one.`,
          share: 4,
        },
        {
          title: 'Make it',
          description: `Build it in small steps, each of which works. Keep a list of what you had to look up. Done when somebody else has seen it.`,
          share: 12,
        },
      ],
    },
    {
      title: 'Look back',
      outcomes: ['Know what to learn next'],
      tasks: [
        {
          title: 'Explain it',
          description: `Explain the three hardest things that you have learned, in writing or aloud, to somebody who does not know them. Done when they can repeat them.`,
          share: 2,
        },
        {
          title: 'Decide what comes next',
          description: `Compare your first sentence with what you can do. Mark on your map what is still white. Done when you have a next step, or know that this was enough.`,
          share: 2,
        },
      ],
    },
  ];
}
