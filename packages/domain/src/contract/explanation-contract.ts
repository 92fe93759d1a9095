import { z } from 'zod';
import { waitCodes } from '../explain/wait-reasons.ts';
import { jobStatuses } from '../machines/job-machine.ts';
import { stepStatuses } from '../machines/step-machine.ts';
import { type JobKind, jobKinds } from '../recipes/recipe-catalog.ts';
import { type HandlerName, handlerWorkers, workerTypes } from '../step-catalog.ts';
import { stepFailureSchema } from './dead-letter-contract.ts';
import { callCountsSchema, progressSchema, tokenCountsSchema } from './job-contract.ts';
import { idSchema, momentSchema } from './shared-contract.ts';

const waitReasonSchema = z
  .strictObject({
    code: z.enum(waitCodes).describe('Stable. Those that need a person come first in the list.'),
    message: z.string().describe('One sentence.'),
    until: momentSchema.nullable().describe('When it should be over by itself, where that is known.'),
    steps: z
      .array(z.string())
      .describe('Keys of the first steps that it holds up; none when it is the job as a whole.'),
    stepCount: z.int().min(0),
    advice: z.string().nullable().describe('What can be done about it.'),
  })
  .meta({ id: 'WaitReason' });

const explainedStepSchema = z
  .strictObject({
    id: idSchema,
    key: z.string(),
    handler: z.enum(Object.keys(handlerWorkers) as [HandlerName, ...HandlerName[]]),
    worker: z.enum(workerTypes),
    status: z.enum(stepStatuses),
    stage: z.string().nullable().describe('The last stage that was finished, for steps that have stages.'),
    attempt: z
      .int()
      .min(0)
      .describe('Attempts so far, the running one included; waits and restarts do not count.'),
    attempts: z.int().min(1).describe('Attempts that it has in all.'),
    losses: z.int().min(0).describe('How often the process that ran it was lost.'),
    throttledMs: z.int().min(0).describe('Milliseconds that providers have made it wait in all.'),
    retryAt: momentSchema.nullable().describe('A step that was handed back is not tried again before.'),
    heldBy: z.string().nullable().describe('The process that runs it now; for operators only.'),
    heldSince: momentSchema.nullable(),
    reason: z.enum(waitCodes).nullable().describe('The most pressing reason that holds it up.'),
    queue: z
      .strictObject({
        name: z.string(),
        jobId: z.string().describe("The queue's id of it: step and generation."),
        generation: z.int().min(0),
        state: z
          .enum(['waiting', 'active', 'delayed', 'waiting-children', 'completed', 'failed', 'missing'])
          .nullable()
          .describe('What the queue says now; null when it was not asked for this step, or did not answer.'),
      })
      .nullable()
      .describe('Null for a step that has ended, and while its job is not in the queue.'),
    failures: z.array(stepFailureSchema).describe('The last things that went wrong with it, oldest first.'),
    deadLetterId: idSchema.nullable().describe('Of a step that gave up; for operators only.'),
  })
  .meta({ id: 'ExplainedStep' });

export const jobExplanationSchema = z
  .strictObject({
    jobId: idSchema,
    accountId: idSchema.optional().describe('For operators only.'),
    kind: z.enum(jobKinds as [JobKind, ...JobKind[]]),
    status: z.enum(jobStatuses),
    generation: z.int().min(0).describe('How often its flow was built.'),
    round: z.int().min(1),
    at: momentSchema.describe('The moment that all of this is about.'),
    summary: z.string().describe('One sentence: what it waits for, or how it ended.'),
    advice: z.string().nullable().describe('What can be done about it.'),
    reasons: z.array(waitReasonSchema).describe('Everything that it waits for, the most pressing first.'),
    queue: z.strictObject({
      asked: z
        .boolean()
        .describe('False when the queue did not answer in time: the rest is what the record knows.'),
      problem: z.string().nullable(),
    }),
    createdAt: momentSchema,
    delayUntil: momentSchema.nullable(),
    deadline: momentSchema.nullable(),
    admittedAt: momentSchema.nullable(),
    enqueuedAt: momentSchema.nullable().describe('When its flow was confirmed to be in the queue.'),
    settledAt: momentSchema.nullable(),
    progress: progressSchema,
    steps: z.array(explainedStepSchema).describe('In the order of the plan: what runs first comes first.'),
    cost: z.strictObject({
      rounds: z
        .array(
          z.strictObject({
            round: z.int().min(1),
            held: z.int().min(0),
            captured: z.int().min(0).nullable().describe('Null until the round has settled.'),
            refunded: z.int().min(0).nullable(),
          }),
        )
        .describe('Credits, as the ledger has them, oldest round first.'),
      calls: callCountsSchema,
      tokens: tokenCountsSchema,
    }),
  })
  .meta({ id: 'JobExplanation' });
export type JobExplanation = z.output<typeof jobExplanationSchema>;
