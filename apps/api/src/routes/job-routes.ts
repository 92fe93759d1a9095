import {
  idSchema,
  jobEventListSchema,
  jobEventQuerySchema,
  jobListQuerySchema,
  jobOutputQuerySchema,
  jobPageSchema,
  jobRequestSchemas,
  jobSchema,
  lastEventIdSchema,
  longestWaitSeconds,
} from '@pressroom/domain';
import { z } from 'zod';
import { contentReplies, rangeHeaders } from './asset-routes.ts';
import { defineRoute } from './route-definition.ts';

const params = z.strictObject({ id: idSchema });
const access = { scope: 'jobs' } as const;
const job = { 'application/json': jobSchema } as const;

export const preferHeader = z
  .string()
  .max(200)
  .optional()
  .describe(
    `\`wait=N\` (RFC 7240): answer when the job has settled, after N seconds at the latest (up to ${longestWaitSeconds}).`,
  );
export const waitHeaders = {
  'Preference-Applied': 'How long the wait could be, when one was asked for.',
};

/** Of what submits a job. */
export const acceptedReplies = {
  200: { description: 'It has settled within the wait', content: job, headers: waitHeaders },
  202: {
    description: 'Accepted',
    content: job,
    headers: {
      ...waitHeaders,
      Location: 'The address of the job.',
      'Idempotency-Replayed': '`true` when the key had come before: nothing was submitted now.',
    },
  },
} as const;

export const idempotencyKeyHeader = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 printable ASCII characters without spaces')
  .optional();

type AnyRequestSchema = Parameters<typeof z.discriminatedUnion>[1][number];
export const jobRequestSchema = z.discriminatedUnion(
  'kind',
  Object.values(jobRequestSchemas) as unknown as [AnyRequestSchema, ...AnyRequestSchema[]],
) as unknown as (typeof jobRequestSchemas)[keyof typeof jobRequestSchemas];

export const jobRoutes = {
  submitJob: defineRoute({
    method: 'post',
    path: '/api/jobs',
    tag: 'Jobs',
    summary: 'Submit a job',
    description:
      'Answers when the job is recorded for good and its price is held. With `Prefer: wait` it answers 200 when the job has settled in that time, else 202.',
    access,
    headers: z.object({
      'idempotency-key': idempotencyKeyHeader.describe(
        'The same key with the same request gives the same job, however often it is sent.',
      ),
      prefer: preferHeader,
    }),
    body: { contentType: 'application/json', schema: jobRequestSchema },
    replies: acceptedReplies,
    errors: [
      'insufficient-credits',
      'usage-limit-reached',
      'idempotency-key-reused',
      'not-found',
      'regeneration-conflict',
      'unsupported-script',
      'prompt-needs-provider',
      'body-too-large',
      'unsupported-content-type',
    ],
  }),
  listJobs: defineRoute({
    method: 'get',
    path: '/api/jobs',
    tag: 'Jobs',
    summary: 'List jobs, newest first',
    access,
    query: jobListQuerySchema,
    replies: {
      200: {
        description: 'A page',
        content: { 'application/json': jobPageSchema },
        headers: { Link: 'RFC 8288, `rel="next"` where there is a next page.' },
      },
    },
    errors: [],
  }),
  getJob: defineRoute({
    method: 'get',
    path: '/api/jobs/:id',
    tag: 'Jobs',
    summary: 'A job with its steps',
    access,
    params,
    headers: z.object({ prefer: preferHeader }),
    replies: { 200: { description: 'The job', content: job, headers: waitHeaders } },
    errors: ['not-found'],
  }),
  getJobEvents: defineRoute({
    method: 'get',
    path: '/api/jobs/:id/events',
    tag: 'Jobs',
    summary: 'What happened to a job, as it happens',
    description:
      'Server-sent events from the first one on, then live, until the job has settled. A client that lost the connection resumes with `Last-Event-ID`. With `Accept: application/json` a list.',
    access,
    params,
    query: jobEventQuerySchema,
    headers: z.object({
      'last-event-id': lastEventIdSchema
        .optional()
        .describe('The sequence of the last event that was received.'),
    }),
    replies: {
      200: {
        description: 'The events',
        content: { 'text/event-stream': 'text', 'application/json': jobEventListSchema },
      },
      204: {
        description: 'The job has settled and there are no events after the one named: do not come back',
      },
    },
    errors: ['not-found', 'not-acceptable'],
  }),
  getJobOutput: defineRoute({
    method: 'get',
    path: '/api/jobs/:id/output',
    tag: 'Jobs',
    summary: 'The document that a job made',
    description:
      'The PDF; with `?format=json` or `?format=csv` the findings of a report. In the table a cell that a spreadsheet would take for a formula has an apostrophe before it.',
    access,
    params,
    query: jobOutputQuerySchema,
    headers: rangeHeaders,
    replies: contentReplies('application/pdf', 'application/json', 'text/csv'),
    errors: [
      'not-found',
      'not-acceptable',
      'output-not-ready',
      'asset-missing',
      'range-not-satisfiable',
      'storage-unavailable',
    ],
  }),
  cancelJob: defineRoute({
    method: 'post',
    path: '/api/jobs/:id/cancel',
    tag: 'Jobs',
    summary: 'Cancel a job',
    description: 'Its whole price is refunded. Cancelling twice is the same as once.',
    access,
    params,
    replies: { 200: { description: 'The job, cancelled', content: job } },
    errors: ['not-found', 'job-not-cancellable'],
  }),
  retryJob: defineRoute({
    method: 'post',
    path: '/api/jobs/:id/retry',
    tag: 'Jobs',
    summary: 'Run again what did not succeed',
    description:
      'Steps that failed, and those that were left out or cancelled because of them, run again; finished steps do not. What had been refunded is held again. A document that was delivered before can be read until a new one takes its place. The job waits for its turn like a new one; its deadline stays, and after it there is no retry.',
    access,
    params,
    headers: z.object({
      'idempotency-key': idempotencyKeyHeader.describe(
        'The same key for the same job retries it once, however often it is sent.',
      ),
      prefer: preferHeader,
    }),
    replies: {
      200: { description: 'It has settled within the wait', content: job, headers: waitHeaders },
      202: {
        description: 'The job, queued again',
        content: job,
        headers: {
          Location: 'The address of the job.',
          'Idempotency-Replayed': '`true` when the key had come before: nothing was changed now.',
          ...waitHeaders,
        },
      },
    },
    errors: [
      'not-found',
      'job-not-retryable',
      'regeneration-conflict',
      'deadline-exceeded',
      'insufficient-credits',
      'idempotency-key-reused',
    ],
  }),
};
