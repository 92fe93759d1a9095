/** A learning plan as it is stored and delivered: what the JSON output is, and what workbook, Markdown and calendar are made from. */
import { learningStyles, skillLevels } from '@pressroom/domain';
import { citationSchema } from '@pressroom/reports';
import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);
const date = z.iso.date();

/** What a task can be learned from. Those of the account's own sources name document, page and passage. */
export const resourceSchema = z.object({
  title: text(300),
  /** Who found it: `sources`, or the name of a search. */
  foundBy: text(60),
  /** Of the web: nothing that a reader's program would run. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  /** Position of the document in the plan. */
  document: z.int().min(0).optional(),
  page: z.int().min(1).optional(),
  chunkId: z.string().optional(),
  /** A sentence or two on what it is good for. */
  explanation: text(1_000),
  /** True when the explanation is a sentence of the resource itself. */
  isQuotation: z.boolean(),
});
export type Resource = z.output<typeof resourceSchema>;

export const planTaskSchema = z.object({
  /** The same for the same task of the same module, also in a later version of the plan. */
  id: text(40),
  title: text(200),
  description: text(2_000),
  /** As scheduled. */
  minutes: z.int().min(1),
  /** What it would take, where its time was cut. */
  uncutMinutes: z.int().min(1).optional(),
  /** Ids of tasks that come before it. */
  after: z.array(z.string()),
  citations: z.array(citationSchema),
  resources: z.array(resourceSchema),
});
export type PlanTask = z.output<typeof planTaskSchema>;

export const planModuleSchema = z.object({
  title: text(200),
  outcomes: z.array(text(300)),
  tasks: z.array(planTaskSchema).min(1),
});
export type PlanModule = z.output<typeof planModuleSchema>;

export const planWeekSchema = z.object({
  /** From 1. */
  number: z.int().min(1),
  /** First and last day, both included. */
  from: date,
  to: date,
  entries: z
    .array(
      z.object({
        taskId: z.string(),
        minutes: z.int().min(1),
        /** Of how many parts of the task this is which, from 1. */
        part: z.int().min(1),
        parts: z.int().min(1),
      }),
    )
    .min(1),
});
export type PlanWeek = z.output<typeof planWeekSchema>;

/** A sitting that an earlier version had and this one has not: its event is called off in calendars that have it. */
export const retiredSittingSchema = z.object({
  taskId: z.string(),
  part: z.int().min(1),
  title: text(400),
  /** The day that it was last planned for. */
  day: date,
});
export type RetiredSitting = z.output<typeof retiredSittingSchema>;

export const planSchema = z.object({
  /** Of this format. */
  version: z.literal(1),
  /** Of the plan: which of its versions this is. */
  planVersion: z.int().min(1).default(1),
  /** The same in all versions of a plan: what its events are called by. Absent in plans of older builds. */
  calendarId: z.string().max(40).optional(),
  topic: text(160),
  skillLevel: z.enum(skillLevels),
  learningStyle: z.enum(learningStyles),
  weeklyMinutes: z.int().min(1),
  start: date,
  deadline: date.optional(),
  notes: z.string().max(2_000).optional(),
  /** BCP 47. */
  language: z.string(),
  /** `generated` by a model; `outline`: along the outline and key terms of the sources; `scaffold`: the same steps for every topic. */
  method: z.enum(['generated', 'outline', 'scaffold']),
  makers: z.array(z.object({ provider: z.string(), model: z.string() })).min(1),
  outcomes: z.array(text(300)),
  modules: z.array(planModuleSchema).min(1),
  weeks: z.array(planWeekSchema).min(1),
  retired: z.array(retiredSittingSchema).default([]),
  /** What was changed so that the plan fits, and what it lacks, one sentence each. */
  remarks: z.array(text(500)),
  documents: z.array(
    z.object({
      index: z.int().min(0),
      title: text(300),
      url: z.url().optional(),
      format: z.string().optional(),
      pages: z.int().optional(),
      leftOut: z.string().optional(),
    }),
  ),
  /** Citations whose words are not in their passage, and were left out. */
  dropped: z.object({ citations: z.int().min(0) }),
});
export type LearningPlan = z.output<typeof planSchema>;

/** Every task, in the order of the modules. */
export function tasksOf({ modules }: Pick<LearningPlan, 'modules'>): readonly PlanTask[] {
  return modules.flatMap(({ tasks }) => tasks);
}

/** `1.2` for the second task of the first module: how pages name a task. */
export function taskNumbers({ modules }: Pick<LearningPlan, 'modules'>): ReadonlyMap<string, string> {
  return new Map(
    modules.flatMap(({ tasks }, module) =>
      tasks.map(({ id }, task) => [id, `${module + 1}.${task + 1}`] as const),
    ),
  );
}
