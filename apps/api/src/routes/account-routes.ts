import {
  accountSchema,
  ledgerPageSchema,
  ledgerQuerySchema,
  usageQuerySchema,
  usageSchema,
} from '@pressroom/domain';
import { defineRoute } from './route-definition.ts';

const access = { scope: 'account' } as const;

export const accountRoutes = {
  getAccount: defineRoute({
    method: 'get',
    path: '/api/account',
    tag: 'Account',
    summary: 'The account of this key, with its balance',
    access,
    replies: { 200: { description: 'The account', content: { 'application/json': accountSchema } } },
    errors: [],
  }),
  getLedger: defineRoute({
    method: 'get',
    path: '/api/account/ledger',
    tag: 'Account',
    summary: 'Every change of the balance, newest first',
    description:
      'With `Accept: text/csv` the whole ledger as one file; `cursor` and `limit` do not count there.',
    access,
    query: ledgerQuerySchema,
    replies: {
      200: {
        description: 'A page, or all of it as CSV',
        content: { 'application/json': ledgerPageSchema, 'text/csv': 'text' },
        headers: { Link: 'RFC 8288, `rel="next"` where there is a next page.' },
      },
    },
    errors: ['not-acceptable'],
  }),
  getUsage: defineRoute({
    method: 'get',
    path: '/api/account/usage',
    tag: 'Account',
    summary: 'What calls of models took in a month: tokens, pictures, money',
    description: 'With `Accept: text/csv` every call of the month as a row of one file, newest first.',
    access,
    query: usageQuerySchema,
    replies: {
      200: {
        description: 'The sums of the month by model, or its calls as CSV',
        content: { 'application/json': usageSchema, 'text/csv': 'text' },
      },
    },
    errors: ['not-acceptable'],
  }),
};
