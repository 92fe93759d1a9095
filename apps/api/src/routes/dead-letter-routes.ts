import {
  deadLetterPageSchema,
  deadLetterQuerySchema,
  deadLetterReplaySchema,
  deadLetterSchema,
  idSchema,
} from '@pressroom/domain';
import { z } from 'zod';
import { defineRoute } from './route-definition.ts';

const params = z.strictObject({ id: idSchema });

/** Steps that gave up. An account sees the errors of its jobs with the jobs, and retries those; these are for operators. */
export const deadLetterRoutes = {
  listDeadLetters: defineRoute({
    method: 'get',
    path: '/api/admin/dead-letters',
    tag: 'Administration',
    summary: 'List steps that gave up, newest first',
    access: 'operator',
    query: deadLetterQuerySchema,
    replies: {
      200: {
        description: 'A page',
        content: { 'application/json': deadLetterPageSchema },
        headers: { Link: 'RFC 8288, `rel="next"` where there is a next page.' },
      },
    },
    errors: [],
  }),
  getDeadLetter: defineRoute({
    method: 'get',
    path: '/api/admin/dead-letters/:id',
    tag: 'Administration',
    summary: 'A step that gave up, with its input, its failures and the last lines of its log',
    access: 'operator',
    params,
    replies: {
      200: { description: 'The dead letter', content: { 'application/json': deadLetterSchema } },
    },
    errors: ['not-found'],
  }),
  replayDeadLetter: defineRoute({
    method: 'post',
    path: '/api/admin/dead-letters/:id/replay',
    tag: 'Administration',
    summary: 'Run the step again, and what could not run because of it',
    description:
      'A job that has settled begins another round, for which its account is charged again what it had got back. A job that still runs has given nothing back, and is charged nothing.',
    access: 'operator',
    params,
    replies: {
      202: {
        description: 'It runs again',
        content: { 'application/json': deadLetterReplaySchema },
        headers: { Location: 'The address of the explanation of the job.' },
      },
    },
    errors: [
      'not-found',
      'dead-letter-replayed',
      'job-not-retryable',
      'regeneration-conflict',
      'deadline-exceeded',
      'insufficient-credits',
    ],
  }),
};
