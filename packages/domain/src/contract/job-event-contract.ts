import { z } from 'zod';
import { countParameter, momentSchema } from './shared-contract.ts';

/** Everything that can happen to a job, as clients see it. */
export const jobEventTypes = [
  'job.queued',
  'job.running',
  'job.succeeded',
  'job.failed',
  'job.cancelled',
  'job.retried',
  'step.started',
  'step.lost',
  'step.stage',
  'step.progress',
  'step.released',
  // Its provider's breaker is open: once for each step, however often it looks. Then `step.resumed`, once.
  'step.waiting',
  'step.resumed',
  'step.expanded',
  'step.succeeded',
  'step.failed',
  'step.skipped',
] as const;

export const jobEventSchema = z
  .strictObject({
    sequence: z.int().min(1).describe('From 1, without gaps: the id of the server-sent event.'),
    type: z.enum(jobEventTypes),
    at: momentSchema,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'JobEvent' });
export type WireJobEvent = z.output<typeof jobEventSchema>;

export const jobEventListSchema = z
  .strictObject({
    data: z.array(jobEventSchema),
    complete: z.boolean().describe('True when the last event of the job is in this list or before it.'),
  })
  .meta({ id: 'JobEventList' });

const sequence = z.coerce.number().int().min(0).max(2_147_483_647);
export const jobEventQuerySchema = z.strictObject({
  after: sequence.optional().describe('Only events with a higher sequence. `Last-Event-ID` goes first.'),
  limit: countParameter(1, 1_000, 500).describe('For the JSON list: 1 to 1000; 500 when absent.'),
});
export const lastEventIdSchema = sequence;

/** True for an event that settles the job: no other one comes after it, unless the job is retried. */
export function endsJob(type: string): boolean {
  return type === 'job.succeeded' || type === 'job.failed' || type === 'job.cancelled';
}
