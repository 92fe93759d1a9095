import { z } from 'zod';
import { regenerationFields } from '../recipes/learning-plan-regeneration.ts';
import { outputFormats } from './job-contract.ts';
import { endsAfterItBegins, type JobOptions, jobOptions } from './job-request-contract.ts';
import { countParameter, cursorParameter, idSchema, momentSchema, pageOf } from './shared-contract.ts';

const version = z.int().min(1);
const versionParameter = z.coerce.number().int().min(1);

export const planListQuerySchema = z.strictObject({
  cursor: cursorParameter,
  limit: countParameter(1, 100, 20),
});
export interface PlanListQuery {
  readonly cursor?: string;
  readonly limit?: number;
}

export const planQuerySchema = z.strictObject({
  version: versionParameter.optional().describe('The newest when absent.'),
  format: z
    .enum(outputFormats)
    .optional()
    .describe(
      "One of the version's own forms instead of what is known about it: `pdf` (the workbook), `json` (modules, tasks and weeks), `md`, `ics`. Without it `Accept` decides between these and the record.",
    ),
});
export interface PlanQuery {
  readonly version?: number | undefined;
}

const planVersionSummarySchema = z
  .strictObject({
    version,
    baseVersion: version.nullable().describe('The version that it was made from; null for the first.'),
    jobId: idSchema.nullable().describe('The job that made it; null when that has been deleted.'),
    createdAt: momentSchema,
  })
  .meta({ id: 'PlanVersionSummary' });
export type PlanVersionSummary = z.output<typeof planVersionSummarySchema>;

const summary = {
  id: idSchema,
  topic: z.string().describe('Of the newest version.'),
  latestVersion: version,
  createdAt: momentSchema,
  updatedAt: momentSchema.describe('When the newest version was made.'),
  links: z.strictObject({ self: z.string(), diff: z.string(), regenerations: z.string() }),
};
export const planSummarySchema = z.strictObject(summary).meta({ id: 'PlanSummary' });
export type PlanSummary = z.output<typeof planSummarySchema>;

export const planRecordSchema = z
  .strictObject({
    ...summary,
    ...planVersionSummarySchema.shape,
    values: z
      .record(z.string(), z.unknown())
      .describe('What this version was made from: the input of a learning plan, overrides merged in.'),
    output: z
      .strictObject({
        href: z.string(),
        formats: z.array(z.enum(outputFormats)).describe('What `&format=` of that address can be.'),
        pages: z.int(),
      })
      .meta({ id: 'PlanOutput' }),
    versions: z.array(planVersionSummarySchema).describe('All of them, newest first.'),
  })
  .meta({ id: 'Plan' });
export type PlanRecord = z.output<typeof planRecordSchema>;

export const planPageSchema = pageOf(planSummarySchema).meta({ id: 'PlanPage' });
export type PlanPage = z.output<typeof planPageSchema>;

export const regenerationRequestSchema = z
  .strictObject({ ...regenerationFields, ...jobOptions })
  .refine(endsAfterItBegins, { path: ['deadline'], message: 'The deadline must be after delayUntil' })
  .describe('`deadline` here is that of the job; that of the plan is one of the overrides.')
  .meta({ id: 'RegenerationRequest' });
/** The same as a client writes it. */
export type RegenerationRequest = JobOptions & z.input<z.ZodObject<typeof regenerationFields>>;

export const planDiffQuerySchema = z.strictObject({
  from: versionParameter
    .optional()
    .describe('The version that `to` was made from when absent; of the first one, itself.'),
  to: versionParameter.optional().describe('The newest when absent.'),
});
export interface PlanDiffQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const change = z.strictObject({ from: z.string().nullable(), to: z.string().nullable() });
const weeks = z.array(z.int().min(1)).describe('Numbers of the weeks that it is in.');
const task = z
  .strictObject({ id: z.string(), title: z.string(), module: z.string(), minutes: z.int(), weeks })
  .meta({ id: 'PlanDiffTask' });
const place = z.strictObject({ module: z.string(), weeks });
const resource = z
  .strictObject({ taskId: z.string(), task: z.string(), title: z.string(), url: z.string().nullable() })
  .meta({ id: 'PlanDiffResource' });
const bothWays = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ added: z.array(item), removed: z.array(item) });

export const planDiffSchema = z
  .strictObject({
    settings: z
      .array(z.strictObject({ field: z.string(), ...change.shape }))
      .describe(
        'Topic, level, style, minutes a week, start, deadline, notes and language, those that differ.',
      ),
    documents: bothWays(z.string()),
    outcomes: bothWays(z.string()),
    modules: bothWays(z.string()),
    tasks: z.strictObject({
      ...bothWays(task).shape,
      moved: z
        .array(z.strictObject({ id: z.string(), title: z.string(), from: place, to: place }))
        .describe('In both, and in other weeks or in another module.'),
      changed: z
        .array(
          z.strictObject({
            id: z.string(),
            title: z.string(),
            minutes: z.strictObject({ from: z.int(), to: z.int() }).nullable(),
            description: change.nullable(),
          }),
        )
        .describe('In both, and with other minutes or another description.'),
    }),
    resources: bothWays(resource),
    counts: z.strictObject({
      before: z.int().describe('Tasks of the earlier version.'),
      kept: z.int().describe('Tasks that both have.'),
      after: z.int().describe('Tasks of the later version.'),
      minutesBefore: z.int(),
      minutesAfter: z.int(),
    }),
  })
  .meta({ id: 'PlanDiffContent' });
export type PlanDiff = z.output<typeof planDiffSchema>;

export const planDiffReplySchema = z
  .strictObject({ planId: idSchema, from: version, to: version, ...planDiffSchema.shape })
  .meta({ id: 'PlanDiff' });
export type PlanDiffReply = z.output<typeof planDiffReplySchema>;
