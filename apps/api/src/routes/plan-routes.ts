import {
  idSchema,
  planDiffQuerySchema,
  planDiffReplySchema,
  planListQuerySchema,
  planPageSchema,
  planQuerySchema,
  planRecordSchema,
  regenerationRequestSchema,
} from '@pressroom/domain';
import { planSchema } from '@pressroom/plans';
import { z } from 'zod';
import { contentReplies, rangeHeaders } from './asset-routes.ts';
import { acceptedReplies, idempotencyKeyHeader, preferHeader } from './job-routes.ts';
import { defineRoute } from './route-definition.ts';

const params = z.strictObject({ id: idSchema });
const access = { scope: 'jobs' } as const;
const forms = contentReplies('application/pdf', 'application/json', 'text/markdown', 'text/calendar');

export const planRoutes = {
  listPlans: defineRoute({
    method: 'get',
    path: '/api/plans',
    tag: 'Plans',
    summary: 'List learning plans, newest first',
    access,
    query: planListQuerySchema,
    replies: {
      200: {
        description: 'A page',
        content: { 'application/json': planPageSchema },
        headers: { Link: 'RFC 8288, `rel="next"` where there is a next page.' },
      },
    },
    errors: [],
  }),
  getPlan: defineRoute({
    method: 'get',
    path: '/api/plans/:id',
    tag: 'Plans',
    summary: 'A version of a plan',
    description:
      'With `Accept: application/json` what is known about it (`Plan`), and the list of all versions. With `?format=`, or with `Accept` naming application/pdf, text/markdown or text/calendar, the version itself (`LearningPlan` as JSON). A version never changes.',
    access,
    params,
    query: planQuerySchema,
    headers: rangeHeaders,
    replies: {
      ...forms,
      200: {
        ...forms[200],
        content: {
          ...forms[200].content,
          'application/json': z.union([planRecordSchema, planSchema.meta({ id: 'LearningPlan' })]),
        },
      },
    },
    errors: ['not-found', 'not-acceptable', 'asset-missing', 'range-not-satisfiable', 'storage-unavailable'],
  }),
  diffPlan: defineRoute({
    method: 'get',
    path: '/api/plans/:id/diff',
    tag: 'Plans',
    summary: 'What is different between two versions of a plan',
    description:
      'Modules and tasks that were added, removed, moved to other weeks or changed, settings, sources and resources. The workbook and the Markdown of a later version say the same in words.',
    access,
    params,
    query: planDiffQuerySchema,
    replies: { 200: { description: 'The difference', content: { 'application/json': planDiffReplySchema } } },
    errors: ['not-found', 'asset-missing', 'asset-altered', 'storage-unavailable'],
  }),
  regeneratePlan: defineRoute({
    method: 'post',
    path: '/api/plans/:id/regenerations',
    tag: 'Plans',
    summary: 'Make a new version of a plan',
    description:
      'The same as submitting a job of the kind `learning-plan-regeneration`. The stored values are merged with the overrides; the job makes the version after the newest one, which stays readable. One regeneration of a plan runs at a time. Tasks that stay keep their ids and resources; where only hours, start, deadline or page size change, nothing is read and no model is asked.',
    access,
    params,
    headers: z.object({
      'idempotency-key': idempotencyKeyHeader.describe(
        'The same key with the same request gives the same job, however often it is sent.',
      ),
      prefer: preferHeader,
    }),
    body: { contentType: 'application/json', schema: regenerationRequestSchema },
    replies: acceptedReplies,
    errors: [
      'not-found',
      'regeneration-conflict',
      'insufficient-credits',
      'idempotency-key-reused',
      'unsupported-script',
      'body-too-large',
      'unsupported-content-type',
    ],
  }),
};
