import { z } from 'zod';
import { isStorable } from '../errors/pressroom-error.ts';
import { learningStyles, skillLevels, type WritePlanInput } from '../learning-plan-steps.ts';
import { pageSizes } from '../page-size.ts';
import type { ExpectedCalls } from '../usage/usage-limits.ts';
import {
  assetsOfSources,
  type DocumentSource,
  documentSourceSchema,
  nameOfSource,
} from './document-source.ts';
import { printableProblems } from './printable-problems.ts';
import { defineRecipe, type InputProblem, type StepPlan } from './recipe.ts';

/** Credits for reading one source, for the plan, for its resources, and for the workbook. */
export const learningPlanPrices = { document: 1, plan: 1, curation: 1, workbook: 1 } as const;

const notText = 'NUL and lone surrogates are not text';
const resourcesPerTask = 3;
/** Hours of a week: less than half an hour is no sitting, more than so many is no week. */
const weeklyHours = { least: 0.5, most: 60 } as const;
const mostDays = 730;

/** Each value of a plan without its default: a regeneration may give any of them alone. */
export const learningPlanFields = {
  topic: z.string().trim().min(2).max(160).refine(isStorable, notText).describe('What is to be learned.'),
  skillLevel: z.enum(skillLevels).describe('What the learner brings along.'),
  weeklyHours: z
    .number()
    .min(weeklyHours.least)
    .max(weeklyHours.most)
    .describe('Hours a week that the plan never exceeds: 0.5 to 60.'),
  learningStyle: z.enum(learningStyles).describe('What most of the time is for.'),
  start: z.iso.date().describe('First day, as `2026-03-02`.'),
  deadline: z.iso
    .date()
    .describe(
      'Last day. A plan that cannot end by then is shortened by up to half, or refused with what it needs.',
    ),
  notes: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .refine(isStorable, notText)
    .describe(
      'What else should be known: goals, limits, what to leave out. The offline provider cannot follow it.',
    ),
  documents: z
    .array(documentSourceSchema)
    .max(20)
    .describe('Up to 20 sources, uploaded or on the web. The plan follows and cites them.'),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .describe(
      'BCP 47 language of the plan; the offline provider writes English around what it takes from the sources.',
    ),
  pageSize: z.enum(pageSizes).describe('The size of a page.'),
} as const;

export const learningPlanInputSchema = z
  .strictObject({
    ...learningPlanFields,
    skillLevel: described(learningPlanFields.skillLevel.default('beginner'), learningPlanFields.skillLevel),
    learningStyle: described(
      learningPlanFields.learningStyle.default('mixed'),
      learningPlanFields.learningStyle,
    ),
    deadline: described(learningPlanFields.deadline.optional(), learningPlanFields.deadline),
    notes: described(learningPlanFields.notes.optional(), learningPlanFields.notes),
    documents: described(learningPlanFields.documents.default([]), learningPlanFields.documents),
    language: described(learningPlanFields.language.default('en'), learningPlanFields.language),
    pageSize: described(learningPlanFields.pageSize.default('A4'), learningPlanFields.pageSize),
  })
  .refine((input) => input.deadline === undefined || input.deadline > input.start, {
    message: 'The deadline must be after the start',
    path: ['deadline'],
  })
  .refine(
    (input) =>
      input.deadline === undefined ||
      Date.parse(input.deadline) - Date.parse(input.start) <= mostDays * 86_400_000,
    { message: `The deadline must be within ${mostDays} days of the start`, path: ['deadline'] },
  );
/** What a plan is made from. */
export type LearningPlanValues = z.output<typeof learningPlanInputSchema>;

/** A topic in, a plan with dates and a workbook out: `pdf ← curate ← write ← ingest × M`. */
export const learningPlan = defineRecipe({
  kind: 'learning-plan',
  title: 'Learning plan',
  description:
    'Plans how to learn a topic in the hours that there are, along your own documents: as a workbook (PDF), as JSON, Markdown and a calendar.',
  inputSchema: learningPlanInputSchema,
  check: checkPlanValues,
  assets: (input) => assetsOfSources(input.documents),
  expectedCalls: ({ documents }) => expectedPlanCalls(documents.length),
  plan: (input) => planSteps(input),
});

/** The draft and one correction of it, and the documents' passages as the model is shown them. */
export function expectedPlanCalls(documents: number): ExpectedCalls {
  return { pictures: 0, text: { inputTokens: 6_000 + documents * 8_000, outputTokens: 16_000 } };
}

export function checkPlanValues({ topic }: LearningPlanValues): InputProblem[] {
  return printableProblems([{ path: ['topic'], text: topic }]);
}

/** The steps of a plan, or of a new version of one. Where only dates change nothing is read and nothing is written anew. */
export function planSteps(
  input: LearningPlanValues,
  regeneration?: NonNullable<WritePlanInput['regeneration']>,
): StepPlan {
  const base = regeneration?.base;
  const isDrafted = regeneration === undefined || regeneration.isRedrafted;
  return {
    key: 'workbook',
    handler: 'render-plan',
    input: { pageSize: input.pageSize, base },
    credits: learningPlanPrices.workbook,
    children: [
      {
        key: 'curate',
        handler: 'curate-plan',
        input: { resourcesPerTask, base },
        credits: learningPlanPrices.curation,
        children: [
          {
            key: 'plan',
            handler: 'write-plan',
            input: {
              topic: input.topic,
              skillLevel: input.skillLevel,
              learningStyle: input.learningStyle,
              weeklyMinutes: Math.floor(input.weeklyHours * 60),
              start: input.start,
              deadline: input.deadline,
              notes: input.notes,
              language: input.language,
              documents: input.documents.map(nameOfSource),
              names: input.documents.map((source) => source.name ?? ''),
              regeneration,
            },
            credits: isDrafted ? learningPlanPrices.plan : 0,
            children: isDrafted ? input.documents.map(ingestStep) : [],
          },
        ],
      },
    ],
  };
}

function ingestStep(source: DocumentSource, index: number): StepPlan {
  return {
    key: `ingest-${index}`,
    handler: 'ingest-document',
    input: { index, source },
    itemIndex: index,
    credits: learningPlanPrices.document,
    children: [],
  };
}

/** A wrapped schema says what the one in it says. */
function described<Schema extends z.ZodType>(schema: Schema, inner: z.ZodType): Schema {
  return schema.describe(inner.description ?? '');
}
