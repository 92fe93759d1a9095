import { z } from 'zod';
import { errorCodes } from '../errors/error-registry.ts';
import { type JobKind, jobKinds } from '../recipes/recipe-catalog.ts';
import { type HandlerName, handlerWorkers, workerTypes } from '../step-catalog.ts';
import { failureSchema } from './job-contract.ts';
import { countParameter, cursorParameter, idSchema, momentSchema, pageOf } from './shared-contract.ts';

const code = z.enum(errorCodes as [(typeof errorCodes)[number], ...(typeof errorCodes)[number][]]);
const handler = z.enum(Object.keys(handlerWorkers) as [HandlerName, ...HandlerName[]]);

/** One thing that went wrong with a step. */
export const stepFailureSchema = z
  .strictObject({
    kind: z
      .enum(['retried', 'throttled', 'lost', 'gave-up'])
      .describe(
        '`retried`: an attempt failed and another one followed. `throttled`: it was asked to wait. `lost`: the process that ran it was lost. `gave-up`: it failed for good.',
      ),
    round: z.int().min(1),
    attempt: z.int().min(1),
    code,
    message: z.string(),
    worker: z.string().nullable().describe('The process that ran it; null when none did, and for accounts.'),
    at: momentSchema,
    retryAt: momentSchema.optional().describe('When it was to be tried again.'),
    times: z
      .int()
      .min(2)
      .optional()
      .describe('How often it was asked to wait for this, where more than once.'),
  })
  .meta({ id: 'StepFailure' });

const logLineSchema = z
  .strictObject({
    at: momentSchema,
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'StepLogLine' });

const summary = {
  id: idSchema,
  accountId: idSchema,
  jobId: idSchema,
  stepId: idSchema,
  kind: z.enum(jobKinds as [JobKind, ...JobKind[]]),
  step: z.string().describe('Its key in the job: `ingest-0`, `generate-0`, `book`.'),
  handler,
  worker: z.enum(workerTypes),
  itemIndex: z.int().nullable().describe('The item of the input that it belongs to, from 0.'),
  round: z.int().min(1).describe('Of the job, from 1; each retry begins another one.'),
  generation: z.int().min(0).describe('Of the flow that carried it.'),
  error: failureSchema,
  createdAt: momentSchema.describe('When it gave up.'),
  replayedAt: momentSchema.nullable().describe('When its step was started again; null while it is open.'),
  replayedBy: z.enum(['account', 'operator']).nullable(),
  links: z.strictObject({ self: z.string(), replay: z.string(), job: z.string() }),
};

export const deadLetterSummarySchema = z.strictObject(summary).meta({ id: 'DeadLetterSummary' });
export type DeadLetterSummary = z.output<typeof deadLetterSummarySchema>;

export const deadLetterSchema = z
  .strictObject({
    ...summary,
    input: z.record(z.string(), z.unknown()).describe('What the step was to do.'),
    failures: z.array(stepFailureSchema).describe('Everything that went wrong with it, oldest first.'),
    logs: z
      .array(logLineSchema)
      .describe('The last lines of its last attempt; empty when its process was lost.'),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.output<typeof deadLetterSchema>;

export const deadLetterPageSchema = pageOf(deadLetterSummarySchema).meta({ id: 'DeadLetterPage' });

export const deadLetterQuerySchema = z.strictObject({
  cursor: cursorParameter,
  limit: countParameter(1, 100, 20),
  state: z.enum(['open', 'replayed']).optional().describe('Only those that are open, or that were replayed.'),
  accountId: idSchema.optional().describe('Only those of this account.'),
  jobId: idSchema.optional().describe('Only those of this job.'),
  handler: handler.optional().describe('Only those of this handler.'),
  code: code.optional().describe('Only those with this error.'),
});
/** The same as a client writes it. */
export type DeadLetterListQuery = Omit<z.input<typeof deadLetterQuerySchema>, 'limit'> & {
  readonly limit?: number;
};

export const deadLetterReplaySchema = z
  .strictObject({
    deadLetter: deadLetterSummarySchema,
    steps: z
      .int()
      .min(1)
      .describe('Steps that run again: its own and those that could not run because of it.'),
    round: z.int().min(1).describe('Of the job, from now on.'),
    held: z
      .int()
      .min(0)
      .describe(
        'Credits that were held for it again: what had been given back. 0 while the job runs, since nothing had.',
      ),
  })
  .meta({ id: 'DeadLetterReplay' });
export type DeadLetterReplay = z.output<typeof deadLetterReplaySchema>;
