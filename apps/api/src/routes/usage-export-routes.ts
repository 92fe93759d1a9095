import { usageExportPageSchema, usageExportQuerySchema, usageExportSchema } from '@pressroom/domain';
import { z } from 'zod';
import { defineRoute } from './route-definition.ts';

/** Usage that did not reach the billing service and waits for somebody to look at it. */
export const usageExportRoutes = {
  listUsageExports: defineRoute({
    method: 'get',
    path: '/api/admin/usage-exports',
    tag: 'Administration',
    summary: 'List parked pieces of usage',
    description: 'What the billing service refused, and what nobody knows to have been counted.',
    access: 'operator',
    query: usageExportQuerySchema,
    replies: {
      200: {
        description: 'A page',
        content: { 'application/json': usageExportPageSchema },
        headers: { Link: 'RFC 8288, `rel="next"` where there is a next page.' },
      },
    },
    errors: [],
  }),
  replayUsageExport: defineRoute({
    method: 'post',
    path: '/api/admin/usage-exports/:id/replay',
    tag: 'Administration',
    summary: 'Send a parked piece of usage again, as if it had never been sent',
    access: 'operator',
    params: z.strictObject({ id: z.uuid() }),
    replies: { 202: { description: 'It will be sent', content: { 'application/json': usageExportSchema } } },
    errors: ['not-found', 'usage-export-not-parked'],
  }),
};
