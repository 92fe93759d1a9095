import { z } from 'zod';
import { errorCodes } from '../errors/error-registry.ts';
import { jobStatuses } from '../machines/job-machine.ts';
import { stepStatuses } from '../machines/step-machine.ts';
import { type JobKind, jobKinds } from '../recipes/recipe-catalog.ts';
import { type HandlerName, handlerWorkers, workerTypes } from '../step-catalog.ts';
import { idSchema, momentSchema, pageOf } from './shared-contract.ts';

/** Up to which the place of a waiting job is counted: reading a job must not read a backlog. */
export const queuePositionLimit = 1_000;

const code = z.enum(errorCodes as [(typeof errorCodes)[number], ...(typeof errorCodes)[number][]]);

/** Why a step or a job failed. */
export const failureSchema = z
  .strictObject({
    code,
    title: z.string(),
    detail: z.string().describe('What happened here.'),
    advice: z.string(),
    facts: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Failure' });

export const progressSchema = z
  .strictObject({ done: z.int().min(0), total: z.int().min(0) })
  .meta({ id: 'Progress' });

export const stageRunSchema = z
  .strictObject({
    stage: z.string(),
    startedAt: momentSchema,
    durationMs: z.int().min(0),
    errorCode: z.string().nullable(),
  })
  .meta({ id: 'StageRun' });

export const jobStepSchema = z
  .strictObject({
    id: idSchema,
    key: z.string().describe('Unique in the job: `ingest-0`, `generate-0`, `book`.'),
    handler: z.enum(Object.keys(handlerWorkers) as [HandlerName, ...HandlerName[]]),
    worker: z.enum(workerTypes),
    status: z.enum(stepStatuses),
    attempt: z
      .int()
      .min(0)
      .describe('Attempts so far, the running one included; waits and restarts do not count.'),
    stage: z.string().nullable().describe('The last stage that was finished, for steps that have stages.'),
    stages: z.array(stageRunSchema).describe('Every run of every stage, oldest first.'),
    progress: progressSchema.nullable().describe('Inside a long step; null where it reports none.'),
    itemIndex: z.int().nullable().describe('The item of the input that it belongs to, from 0.'),
    error: failureSchema.nullable().describe('Of the last failed attempt.'),
    startedAt: momentSchema.nullable(),
    settledAt: momentSchema.nullable(),
  })
  .meta({ id: 'JobStep' });
export type JobStep = z.output<typeof jobStepSchema>;

/** Forms in which a job's output can be had; every kind has the first. */
export const outputFormats = ['pdf', 'json', 'csv', 'md', 'ics'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export const jobOutputQuerySchema = z.strictObject({
  format: z
    .enum(outputFormats)
    .default('pdf')
    .describe(
      '`json`: the content of a report or a plan; `csv`: the findings of a report; `md` and `ics`: a plan as Markdown and as a calendar. A format that the job does not have is not acceptable (406).',
    ),
});

export const jobOutputSchema = z
  .strictObject({
    href: z.string().describe('Where the document is.'),
    formats: z.array(z.enum(outputFormats)).describe('What `?format=` of that address can be.'),
    assetId: idSchema,
    mediaType: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    pages: z.int(),
    skipped: z.array(z.int()).describe('Items, from 0, that were left out because they failed.'),
    degraded: z
      .array(z.int())
      .describe(
        'Items, from 0, of which the offline provider made a part, because the online one could not be had.',
      ),
    preflight: z.array(z.string()).describe('Remarks on print quality, one sentence each.'),
  })
  .meta({ id: 'JobOutput' });

const jobQueueSchema = z
  .strictObject({
    position: z
      .int()
      .min(1)
      .max(queuePositionLimit)
      .describe(
        `Its place among the jobs that wait, from 1, as things stand: counted up to ${queuePositionLimit}, which means that or more.`,
      ),
    etaSeconds: z
      .int()
      .min(0)
      .nullable()
      .describe('Half of such jobs start within so many seconds from now; null while the pace is not known.'),
  })
  .meta({ id: 'JobQueue' });

export const callCountsSchema = z
  .strictObject({
    made: z.int().describe('Calls of an online provider, failed ones included.'),
    offline: z.int().describe('Calls of the offline provider.'),
    saved: z.int().describe('Calls that were not made: the account had the result already.'),
  })
  .meta({ id: 'CallCounts' });
export const tokenCountsSchema = z
  .strictObject({ input: z.int(), output: z.int() })
  .describe('As the provider counted them.')
  .meta({ id: 'TokenCounts' });

const summary = {
  id: idSchema,
  kind: z.enum(jobKinds as [JobKind, ...JobKind[]]),
  status: z.enum(jobStatuses),
  priority: z.int(),
  onItemFailure: z.enum(['fail', 'skip']),
  metadata: z.record(z.string(), z.string()),
  cost: z
    .strictObject({
      held: z.int().describe('The price: credits set aside at submission.'),
      captured: z.int().nullable().describe('Credits spent for good; null until the job has settled.'),
      refunded: z.int().nullable().describe('Credits given back; null until the job has settled.'),
      round: z
        .int()
        .min(1)
        .describe('From 1; each retry begins another one, which holds what the one before gave back.'),
      calls: callCountsSchema,
      tokens: tokenCountsSchema,
      pictures: z.int().describe('Pictures that calls made.'),
      micros: z
        .int()
        .describe(
          'What the calls cost, in millionths of a US dollar, by the prices of the settings at the time of each call.',
        ),
      unpricedCalls: z.int().describe('Calls of which nobody knows the price; they are not in `micros`.'),
    })
    .meta({ id: 'JobCost' }),
  error: failureSchema.nullable(),
  createdAt: momentSchema,
  delayUntil: momentSchema.nullable(),
  deadline: momentSchema.nullable().describe('Past it a job that has not ended is cancelled and refunded.'),
  admittedAt: momentSchema.nullable().describe('When its steps first went into the queue.'),
  settledAt: momentSchema.nullable(),
  plan: z
    .strictObject({ id: idSchema, version: z.int().min(1), href: z.string() })
    .meta({ id: 'JobPlan' })
    .nullable()
    .describe(
      'The version of a learning plan that the job has made; null for other jobs and before it has succeeded.',
    ),
  links: z.strictObject({
    self: z.string(),
    events: z.string(),
    explanation: z.string(),
    output: z.string(),
    cancel: z.string(),
    retry: z.string(),
  }),
};

export const jobSummarySchema = z.strictObject(summary).meta({ id: 'JobSummary' });
export type JobSummary = z.output<typeof jobSummarySchema>;

export const jobSchema = z
  .strictObject({
    ...summary,
    input: z.record(z.string(), z.unknown()).describe('As accepted, with defaults filled in.'),
    progress: progressSchema.describe('Steps that have ended, of all steps.'),
    steps: z.array(jobStepSchema).describe('In the order of the plan: what runs first comes first.'),
    queue: jobQueueSchema.nullable().describe('Null unless the job waits for its turn now.'),
    output: jobOutputSchema
      .nullable()
      .describe('Null until the job has succeeded; what was delivered stays while a retry runs.'),
    requestId: z.string().nullable().describe('Of the request that submitted it.'),
  })
  .meta({ id: 'Job' });
export type Job = z.output<typeof jobSchema>;

export const jobPageSchema = pageOf(jobSummarySchema).meta({ id: 'JobPage' });
export type JobPage = z.output<typeof jobPageSchema>;
