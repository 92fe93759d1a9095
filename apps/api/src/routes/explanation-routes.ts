import { idSchema, jobExplanationSchema } from '@pressroom/domain';
import { z } from 'zod';
import { defineRoute } from './route-definition.ts';

const params = z.strictObject({ id: idSchema });
const replies = {
  200: { description: 'The explanation', content: { 'application/json': jobExplanationSchema } },
};

export const explanationRoutes = {
  explainJob: defineRoute({
    method: 'get',
    path: '/api/jobs/:id/explanation',
    tag: 'Jobs',
    summary: 'Why a job stands where it stands',
    description:
      'What it waits for and until when, where each step is and what went wrong with it, what the queue says of it now, and what it cost. Answers also while the queue is out of reach.',
    access: { scope: 'jobs' },
    params,
    replies,
    errors: ['not-found'],
  }),
  explainJobAsOperator: defineRoute({
    method: 'get',
    path: '/api/admin/jobs/:id/explanation',
    tag: 'Administration',
    summary: "Why any account's job stands where it stands, with the processes that hold its steps",
    access: 'operator',
    params,
    replies: {
      200: {
        description: 'The explanation; a page for people in a browser',
        content: { 'application/json': jobExplanationSchema, 'text/html': 'text' },
      },
    },
    errors: ['not-found', 'not-acceptable'],
  }),
};
